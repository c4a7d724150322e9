# One subscriber: a rule picks its events off the bus, a queue keeps them, its function takes them in batches.
#
# The function writes what it cannot handle down as a dead letter. The dead-letter queue is for what no function saw: the
# function could not start, or the bus could not reach the queue.
#
# SQS takes 25 seconds to settle each change. Policies and redrive are resources of their own, so that these run side by side.

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = var.visibility
  message_retention_seconds  = 1209600 # 14 days, the longest that SQS keeps a message
  sqs_managed_sse_enabled    = true
}

resource "aws_sqs_queue" "dead" {
  name                      = "${var.name}-dead"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_redrive_policy" "this" {
  queue_url = aws_sqs_queue.this.id

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = var.receives
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  queue_url = aws_sqs_queue.dead.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this.arn]
  })
}

# A subscriber of timers alone hears nothing on the bus.
resource "aws_cloudwatch_event_rule" "this" {
  count = length(var.events) > 0 ? 1 : 0

  name           = var.name
  description    = "What ${var.subscriber} subscribes to"
  event_bus_name = var.bus
  event_pattern  = jsonencode({ detail-type = var.events })
}

resource "aws_cloudwatch_event_target" "this" {
  count = length(var.events) > 0 ? 1 : 0

  rule           = aws_cloudwatch_event_rule.this[0].name
  event_bus_name = var.bus
  target_id      = "queue"
  arn            = aws_sqs_queue.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }
}

data "aws_iam_policy_document" "from_the_bus" {
  for_each = length(var.events) > 0 ? { this = aws_sqs_queue.this, dead = aws_sqs_queue.dead } : {}

  statement {
    sid       = "FromTheBus"
    actions   = ["sqs:SendMessage"]
    resources = [each.value.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.this[0].arn]
    }
  }
}

resource "aws_sqs_queue_policy" "from_the_bus" {
  for_each = data.aws_iam_policy_document.from_the_bus

  queue_url = each.key == "this" ? aws_sqs_queue.this.id : aws_sqs_queue.dead.id
  policy    = each.value.json
}

# Without a mapping, the function asks the queue by itself.
resource "aws_lambda_event_source_mapping" "this" {
  count = var.mapped ? 1 : 0

  event_source_arn                   = aws_sqs_queue.this.arn
  function_name                      = var.function_name
  batch_size                         = var.batch
  maximum_batching_window_in_seconds = var.window
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.concurrency
  }
}
