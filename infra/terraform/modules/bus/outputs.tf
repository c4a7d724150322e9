output "name" {
  description = "Its name."
  value       = var.create ? aws_cloudwatch_event_bus.this[0].name : data.aws_cloudwatch_event_bus.theirs[0].name
}
