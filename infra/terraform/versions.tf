terraform {
  required_version = ">= 1.11" # the S3 backend locks by a file of its own since then

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Bucket, key and region come from `terraform init -backend-config=...`: see README.md.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = merge(var.tags, { project = "frontdesk", stage = var.stage })
  }

  # An emulator answers at one address, which AWS_ENDPOINT_URL names; it has no host name for each bucket.
  s3_use_path_style           = var.emulator != null
  skip_credentials_validation = var.emulator != null
  skip_metadata_api_check     = var.emulator != null
}
