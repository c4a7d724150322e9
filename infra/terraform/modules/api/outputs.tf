output "id" {
  description = "Its id."
  value       = aws_apigatewayv2_api.this.id
}

output "endpoint" {
  description = "Where AWS serves it."
  value       = aws_apigatewayv2_api.this.api_endpoint
}

output "public_routes" {
  description = "Public routes by route key, once they are served."
  value       = { for key, route in aws_apigatewayv2_route.public : key => route.id }

  depends_on = [
    aws_apigatewayv2_stage.this,
    aws_lambda_permission.this,
    aws_apigatewayv2_api_mapping.this,
    aws_route53_record.this,
  ]
}
