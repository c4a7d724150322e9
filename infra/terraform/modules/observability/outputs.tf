output "topic_arn" {
  description = "The topic that alarms are sent to."
  value       = aws_sns_topic.alarms.arn
}

output "dashboard" {
  description = "What the dashboard is called."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
