output "name" {
  description = "Its name."
  value       = aws_dynamodb_table.this.name
}

output "stream_arn" {
  description = "The stream of its changes."
  value       = aws_dynamodb_table.this.stream_arn
}
