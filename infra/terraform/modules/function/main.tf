# One function with a role and a log group of its own. The role may do what the manifest says and nothing else.

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "permissions" {
  dynamic "statement" {
    for_each = var.permissions
    content {
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = contains(statement.value.actions, "iam:PassRole") ? ["scheduler.amazonaws.com"] : []
        content {
          test     = "StringEquals"
          variable = "iam:PassedToService"
          values   = [condition.value]
        }
      }
    }
  }

  dynamic "statement" {
    for_each = var.tracing ? ["xray"] : []
    content {
      actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      resources = ["*"] # X-Ray knows no resources
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "this" {
  name   = "permissions"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.permissions.json
}

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_158: encrypted by the key that CloudWatch owns; nothing personal is logged
  # checkov:skip=CKV_AWS_338: how long logs are kept is the owner's choice and the owner's money

  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_lambda_function" "this" {
  # checkov:skip=CKV_AWS_50: traces bill by the piece; `tracing` switches them on
  # checkov:skip=CKV_AWS_115: reserving takes from all other functions of the account; `concurrency` reserves where wanted
  # checkov:skip=CKV_AWS_116: a function asked by HTTP or by a queue hands failures back; the queue and the stream keep their own
  # checkov:skip=CKV_AWS_117: it speaks to services of AWS alone, all at public addresses; a network of its own would cost $32 a month
  # checkov:skip=CKV_AWS_173: the environment holds names and addresses, no secrets
  # checkov:skip=CKV_AWS_272: the package is named by the hash of its contents, and only the deployer's role may write it

  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn
  architectures = [var.architecture]
  memory_size   = var.memory
  timeout       = var.timeout

  reserved_concurrent_executions = var.concurrency

  package_type = var.image == null ? "Zip" : "Image"
  s3_bucket    = var.image == null ? var.code.bucket : null
  s3_key       = var.image == null ? var.code.key : null
  runtime      = var.image == null ? var.runtime : null
  handler      = var.image == null ? var.handler : null
  image_uri    = var.image

  dynamic "image_config" {
    for_each = var.image == null ? [] : [var.handler]
    content {
      command = [image_config.value]
    }
  }

  environment {
    variables = var.environment
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}
