output "queue_url" {
  description = "Its queue."
  value       = aws_sqs_queue.this.url
}

output "dead_letter_queue_url" {
  description = "Its dead-letter queue."
  value       = aws_sqs_queue.dead.url
}
