output "authorizer_id" {
  description = "What protected routes name."
  value       = aws_apigatewayv2_authorizer.this.id
}
