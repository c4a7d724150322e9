# One subscriber: a rule picks its events off the bus, a queue keeps them, its function takes them in batches.
#
# The function writes what it cannot handle down as a dead letter. The dead-letter queue is for what no function saw: the
# function could not start, or the bus could not reach the queue.
#
# SQS takes 25 seconds to settle each change, so that policies and redrive are part of the queues. ARNs are made of names,
# not taken from what was made: a policy can name what comes later, and a plan shows what it will be.

locals {
  queue_arn = "${var.queue_arns}:${var.name}"
  dead_arn  = "${local.queue_arn}-dead"
  rule_arn  = "${var.rule_arns}/${var.name}"
  hears     = length(var.events) > 0
}

resource "aws_sqs_queue" "dead" {
  name                      = "${var.name}-dead"
  message_retention_seconds = 1209600 # 14 days, the longest that SQS keeps a message
  sqs_managed_sse_enabled   = true
  policy                    = local.hears ? data.aws_iam_policy_document.from_the_bus["dead"].json : null

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arn]
  })
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = var.visibility
  message_retention_seconds  = 1209600
  sqs_managed_sse_enabled    = true
  policy                     = local.hears ? data.aws_iam_policy_document.from_the_bus["queue"].json : null

  redrive_policy = jsonencode({
    deadLetterTargetArn = local.dead_arn
    maxReceiveCount     = var.receives
  })

  depends_on = [aws_sqs_queue.dead]
}

data "aws_iam_policy_document" "from_the_bus" {
  for_each = local.hears ? { queue = local.queue_arn, dead = local.dead_arn } : {}

  statement {
    sid       = "FromTheBus"
    actions   = ["sqs:SendMessage"]
    resources = [each.value]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.rule_arn]
    }
  }
}

# A subscriber of timers alone hears nothing on the bus.
resource "aws_cloudwatch_event_rule" "this" {
  count = local.hears ? 1 : 0

  name           = var.name
  description    = "What ${var.subscriber} subscribes to"
  event_bus_name = var.bus
  event_pattern  = jsonencode({ detail-type = var.events })
}

resource "aws_cloudwatch_event_target" "this" {
  count = local.hears ? 1 : 0

  rule           = aws_cloudwatch_event_rule.this[0].name
  event_bus_name = var.bus
  target_id      = "queue"
  arn            = local.queue_arn

  dead_letter_config {
    arn = local.dead_arn
  }

  depends_on = [aws_sqs_queue.this]
}

# Without a mapping, the function asks the queue by itself.
resource "aws_lambda_event_source_mapping" "this" {
  count = var.mapped ? 1 : 0

  event_source_arn                   = local.queue_arn
  function_name                      = var.function_name
  batch_size                         = var.batch
  maximum_batching_window_in_seconds = var.window
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.concurrency
  }

  depends_on = [aws_sqs_queue.this]
}
