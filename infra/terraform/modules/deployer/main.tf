# What somebody needs who deploys some stages and no other, as two policies.
#
# `boundary` is what the roles of these stages can do at most. `policy` lets them be made only with that boundary on, so
# that a function cannot be given what its maker may not do. Everything is bound by name; the API, whose name is a number,
# by its tag `stage`.

locals {
  prefix    = "frontdesk-${var.stages}"
  in_region = "${var.region}:${var.account}"
  arn       = "arn:${var.partition}"

  tables     = "${local.arn}:dynamodb:${local.in_region}:table/${local.prefix}-*"
  queues     = "${local.arn}:sqs:${local.in_region}:${local.prefix}-*"
  functions  = "${local.arn}:lambda:${local.in_region}:function:${local.prefix}-*"
  roles      = "${local.arn}:iam::${var.account}:role/${local.prefix}-*"
  parameters = "${local.arn}:ssm:${local.in_region}:parameter/${local.prefix}/*"
  buckets    = ["failures", "packages"]
  storage    = flatten([for name in local.buckets : ["${local.arn}:s3:::${local.prefix}-${name}-${var.account}", "${local.arn}:s3:::${local.prefix}-${name}-${var.account}/*"]])
  buses      = coalescelist(var.buses, [local.prefix])
  bus        = [for bus in local.buses : "${local.arn}:events:${local.in_region}:event-bus/${bus}"]
  groups     = ["${local.arn}:scheduler:${local.in_region}:schedule-group/${local.prefix}", "${local.arn}:scheduler:${local.in_region}:schedule/${local.prefix}/*"]

  rules = concat(
    ["${local.arn}:events:${local.in_region}:rule/${local.prefix}-*"],
    [for bus in local.buses : "${local.arn}:events:${local.in_region}:rule/${bus}/${local.prefix}-*"],
  )
  logs = [for kind in ["lambda/${local.prefix}-*", "apigateway/${local.prefix}"] :
    "${local.arn}:logs:${local.in_region}:log-group:/aws/${kind}*"
  ]
  state = ["${local.arn}:s3:::${var.state_bucket}/${var.stages}/*"]
}

resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "What the roles of the stage ${var.stages} can do at most"
  policy      = data.aws_iam_policy_document.boundary.json
}

resource "aws_iam_policy" "deploy" {
  name        = "${var.name}-deploy"
  description = "What it takes to deploy the stage ${var.stages}, and no other"
  policy      = data.aws_iam_policy_document.deploy.json
}

data "aws_iam_policy_document" "boundary" {
  statement {
    actions   = ["dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan", "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
    resources = [local.tables]
  }

  statement {
    actions   = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = [local.queues]
  }

  statement {
    actions   = ["events:PutEvents"]
    resources = local.bus
  }

  statement {
    actions   = ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"]
    resources = local.groups
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = ["${local.arn}:iam::${var.account}:role/${local.prefix}-scheduler"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["scheduler.amazonaws.com"]
    }
  }

  statement {
    actions   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:PutParameter", "ssm:DeleteParameter", "ssm:DeleteParameters"]
    resources = [local.parameters]
  }

  statement {
    actions   = ["lambda:InvokeFunction"] # of the one that sends messages to people
    resources = [local.functions]
  }

  statement {
    actions       = ["sns:Publish"]
    not_resources = ["${local.arn}:sns:*:*:*"] # to telephones, which have no ARN, and to no topic
  }

  statement {
    actions   = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = local.storage
  }

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = local.logs
  }

  statement {
    # checkov:skip=CKV_AWS_111: traces and metrics are no resources, and nothing is granted here: a boundary only limits
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetric*", "cloudwatch:ListMetrics"]
    resources = ["*"]
  }
}
