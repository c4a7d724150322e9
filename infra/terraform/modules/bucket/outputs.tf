output "name" {
  description = "Its name."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "Its ARN."
  value       = aws_s3_bucket.this.arn
}
