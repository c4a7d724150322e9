# The bucket that keeps the state of every stage of an account and region. Applied once, by hand, with its own state beside
# it; losing that is no harm: `terraform import aws_s3_bucket.state <name>`.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "region" {
  description = "The AWS region, such as eu-west-1."
  type        = string
}

variable "emulator" {
  description = "Address of an AWS emulator, for tests. null: AWS."
  type        = string
  default     = null
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "frontdesk" }
  }

  s3_use_path_style = var.emulator != null
}

data "aws_caller_identity" "here" {}

resource "aws_s3_bucket" "state" {
  # checkov:skip=CKV_AWS_18: its few readers are the roles that deploy, whose every call CloudTrail can show
  # checkov:skip=CKV_AWS_144: state describes one region; without that region there is nothing to describe
  # checkov:skip=CKV_AWS_145: encrypted by the key that S3 owns, for nothing; state holds no secrets here
  # checkov:skip=CKV2_AWS_61: a state has some hundred kilobytes, and an old one is what one wants when all else fails
  # checkov:skip=CKV2_AWS_62: nobody waits for a state to change

  bucket = "frontdesk-state-${data.aws_caller_identity.here.account_id}-${var.region}"

  lifecycle {
    prevent_destroy = true
  }
}

# A broken state can be taken back.
resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

output "bucket" {
  description = "What `terraform init -backend-config=bucket=...` wants."
  value       = aws_s3_bucket.state.bucket
}
