# What carries the events of one table to the bus: the mapping of its stream, and the queue for what the bus refuses.
#
# A batch that fails is halved and tried again, then goes whole to the bucket of failures; the sweep publishes it later.

resource "aws_sqs_queue" "parked" {
  name                      = var.parking_queue
  message_retention_seconds = 1209600 # 14 days, the longest that SQS keeps a message
  sqs_managed_sse_enabled   = true
}

resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn  = var.stream_arn
  function_name     = var.function_name
  starting_position = "TRIM_HORIZON"
  batch_size        = var.batch

  bisect_batch_on_function_error = true
  maximum_retry_attempts         = var.retries
  maximum_record_age_in_seconds  = var.age
  function_response_types        = ["ReportBatchItemFailures"]

  filter_criteria {
    dynamic "filter" {
      for_each = var.filters
      content {
        pattern = filter.value
      }
    }
  }

  destination_config {
    on_failure {
      destination_arn = var.failures_arn
    }
  }
}
