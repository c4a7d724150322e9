output "parking_queue_url" {
  description = "What the bus refused waits here."
  value       = aws_sqs_queue.parked.url
}
