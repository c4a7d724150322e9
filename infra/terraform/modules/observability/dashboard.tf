# One page that shows how the stage does: the door first, then what happens behind it.

locals {
  panels = [
    {
      title = "Requests and failures"
      stat  = "Sum"
      metrics = [
        ["AWS/ApiGateway", "Count", "ApiId", var.api_id, { label = "requests" }],
        ["AWS/ApiGateway", "4xx", "ApiId", var.api_id, { label = "refused (4xx)" }],
        ["AWS/ApiGateway", "5xx", "ApiId", var.api_id, { label = "failed (5xx)" }],
      ]
    },
    {
      title = "Answer time (ms)"
      stat  = "p95"
      metrics = [
        ["AWS/ApiGateway", "Latency", "ApiId", var.api_id, { label = "p50", stat = "p50" }],
        ["AWS/ApiGateway", "Latency", "ApiId", var.api_id, { label = "p95" }],
        ["AWS/ApiGateway", "IntegrationLatency", "ApiId", var.api_id, { label = "p95 of the functions alone" }],
      ]
    },
    {
      title   = "Oldest message of each subscriber (s)"
      stat    = "Maximum"
      metrics = [for name, queue in var.queues : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue, { label = name }]]
    },
    {
      title   = "Age of what the relays pass on (ms)"
      stat    = "Maximum"
      metrics = [for name in var.relays : ["AWS/Lambda", "IteratorAge", "FunctionName", var.functions[name], { label = name }]]
    },
    {
      title   = "Waiting in dead-letter queues"
      stat    = "Maximum"
      metrics = [for name, queue in var.queues : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${queue}-dead", { label = name }]]
    },
    {
      title   = "Failed calls of functions"
      stat    = "Sum"
      metrics = [for name, function in var.functions : ["AWS/Lambda", "Errors", "FunctionName", function, { label = name }]]
    },
    {
      title   = "Time of functions (ms)"
      stat    = "p95"
      metrics = [for name, function in var.functions : ["AWS/Lambda", "Duration", "FunctionName", function, { label = name }]]
    },
    {
      title   = "Written to tables (units)"
      stat    = "Sum"
      metrics = [for name, table in var.tables : ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", table, { label = name }]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.prefix

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type = "alarm", x = 0, y = 0, width = 24, height = 3
        properties = {
          title  = "Alarms of ${var.prefix}"
          alarms = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn]
        }
      }],
      [for place, panel in local.panels : {
        type = "metric", x = place % 2 * 12, y = 3 + floor(place / 2) * 6, width = 12, height = 6
        properties = {
          title   = panel.title
          region  = var.region
          view    = "timeSeries"
          period  = 60
          stat    = panel.stat
          metrics = panel.metrics
        }
      } if length(panel.metrics) > 0],
    )
  })
}
