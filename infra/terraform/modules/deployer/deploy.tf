# What it takes to deploy.

data "aws_iam_policy_document" "deploy" {
  statement {
    sid     = "WhatIsNamedForTheStage"
    actions = ["dynamodb:*", "sqs:*", "lambda:*", "logs:*", "s3:*", "ssm:*", "sns:*", "events:*", "scheduler:*", "cloudwatch:*", "budgets:*"]
    resources = concat(
      [local.tables, local.queues, local.functions, local.parameters],
      local.storage, local.bus, local.rules, local.groups, local.logs,
      [
        "${local.arn}:sns:${local.in_region}:${local.prefix}-alarms*",
        "${local.arn}:cloudwatch:${local.in_region}:alarm:${local.prefix}-*",
        "${local.arn}:cloudwatch::${var.account}:dashboard/${local.prefix}",
        "${local.arn}:budgets::${var.account}:budget/${local.prefix}-*",
      ],
    )
  }

  statement {
    sid       = "Mappings"
    actions   = ["lambda:*EventSourceMapping"]
    resources = ["*"] # a mapping has a number for a name

    condition {
      test     = "ArnLike"
      variable = "lambda:FunctionArn"
      values   = [local.functions]
    }
  }

  statement {
    sid       = "TagsOfMappings"
    actions   = ["lambda:TagResource", "lambda:UntagResource", "lambda:ListTags"]
    resources = ["${local.arn}:lambda:${local.in_region}:event-source-mapping:*"]
  }

  statement {
    sid = "Roles"
    actions = [
      "iam:GetRole", "iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:GetRolePolicy",
      "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRoleTags",
    ]
    resources = [local.roles]
  }

  statement {
    sid       = "RolesWithinTheBoundary"
    actions   = ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary"]
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [aws_iam_policy.boundary.arn]
    }
  }

  statement {
    sid       = "RolesForFunctionsAndTimers"
    actions   = ["iam:PassRole"]
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
    }
  }

  # Whether a route has the tags of its API, AWS does not say. So what bears the tag of another stage is denied, and the
  # rest allowed.
  statement {
    sid       = "Api"
    actions   = ["apigateway:GET", "apigateway:PUT", "apigateway:POST", "apigateway:PATCH", "apigateway:DELETE", "apigateway:TagResource", "apigateway:UntagResource"]
    resources = [for path in ["apis", "apis/*", "tags/*", "domainnames", "domainnames/*"] : "${local.arn}:apigateway:${var.region}::/${path}"]
  }

  statement {
    sid       = "ApisOfOtherStages"
    effect    = "Deny"
    actions   = ["apigateway:PUT", "apigateway:POST", "apigateway:PATCH", "apigateway:DELETE"]
    resources = ["*"]

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/stage"
      values   = ["false"]
    }

    condition {
      test     = "StringNotLike"
      variable = "aws:ResourceTag/stage"
      values   = [var.stages]
    }
  }

  statement {
    sid       = "State"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = local.state
  }

  statement {
    sid       = "ListState"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketTagging"]
    resources = ["${local.arn}:s3:::${var.state_bucket}"]
  }

  statement {
    # checkov:skip=CKV_AWS_111: access logs of an API are delivered by a service whose deliveries have no names
    # checkov:skip=CKV_AWS_356: AWS takes no other resource than "*" for these
    sid = "NoNames"
    actions = [
      "lambda:ListEventSourceMappings", "logs:DescribeLogGroups", "cloudwatch:DescribeAlarms", "events:DescribeEventBus",
      "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
      "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
    ]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = length(var.zones) > 0 ? ["domain"] : []
    content {
      sid       = "Domain"
      actions   = ["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ChangeResourceRecordSets", "route53:ListTagsForResource", "route53:GetChange"]
      resources = concat([for zone in var.zones : "${local.arn}:route53:::hostedzone/${zone}"], ["${local.arn}:route53:::change/*"])
    }
  }
}
