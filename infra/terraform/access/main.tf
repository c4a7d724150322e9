# Who may deploy what: a policy for each developer's own stage, and roles for GitHub's workflows, which prove who they are
# and need no keys. Applied by whoever gives out access, once for each account and region.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "frontdesk" }
  }

  s3_use_path_style = var.emulator != null
}

data "aws_caller_identity" "here" {}

data "aws_partition" "here" {}

locals {
  account      = data.aws_caller_identity.here.account_id
  state_bucket = coalesce(var.state_bucket, "frontdesk-state-${local.account}-${var.region}")
}

# A developer deploys the stage dev-<name>, and no other.
module "developer" {
  source   = "../modules/deployer"
  for_each = var.developers

  name         = "frontdesk-dev-${each.key}"
  stages       = "dev-${each.key}"
  region       = var.region
  account      = local.account
  partition    = data.aws_partition.here.partition
  state_bucket = local.state_bucket
  buses        = []
  zones        = []
}

# A workflow deploys the stages of its environment.
module "environment" {
  source   = "../modules/deployer"
  for_each = try(var.github.environments, {})

  name         = "frontdesk-${each.key}"
  stages       = each.value
  region       = var.region
  account      = local.account
  partition    = data.aws_partition.here.partition
  state_bucket = local.state_bucket
  buses        = var.buses
  zones        = var.zones
}

resource "aws_iam_openid_connect_provider" "github" {
  count = try(var.github.create_provider, false) ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "github" {
  # checkov:skip=CKV_AWS_358: the subject is one repository and one environment; the check cannot read a variable's value

  for_each = try(var.github.environments, {})

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:${data.aws_partition.here.partition}:iam::${local.account}:oidc-provider/token.actions.githubusercontent.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    # This repository in this environment: its rules on GitHub (who approves, which branch) hold for the role too.
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.github.repository}:environment:${each.key}"]
    }
  }
}

resource "aws_iam_role" "github" {
  for_each = data.aws_iam_policy_document.github

  name                 = "frontdesk-github-${each.key}"
  description          = "Deploys from the environment ${each.key} of ${var.github.repository}"
  assume_role_policy   = each.value.json
  max_session_duration = 3600

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy_attachment" "github" {
  for_each = aws_iam_role.github

  role       = each.value.name
  policy_arn = module.environment[each.key].policy_arn
}
