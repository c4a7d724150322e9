# The HTTP API: every route by name, so that what nobody declared is answered without waking a function.

locals {
  functions = toset([for route in var.routes : route.function])
  public    = { for route in var.routes : route.route_key => route if route.public }
  protected = { for route in var.routes : route.route_key => route if !route.public }
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = var.description
  protocol_type = "HTTP"

  # One address, one issuer.
  disable_execute_api_endpoint = var.domain != null

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) > 0 ? ["websites"] : []
    content {
      allow_origins  = var.cors_origins
      allow_methods  = ["GET", "POST", "PUT", "PATCH", "DELETE"]
      allow_headers  = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-correlation-id"]
      expose_headers = ["etag", "idempotency-replayed", "location", "retry-after", "x-correlation-id"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = local.functions

  api_id                 = aws_apigatewayv2_api.this.id
  description            = each.key
  integration_type       = "AWS_PROXY"
  integration_uri        = var.functions[each.key].arn
  payload_format_version = "2.0"
}

resource "aws_lambda_permission" "this" {
  for_each = local.functions

  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = var.functions[each.key].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}

resource "aws_apigatewayv2_route" "public" {
  # checkov:skip=CKV_AWS_309: these are open to everybody on purpose: signing in, its discovery, health, the description of the API

  for_each = local.public

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
  authorization_type = "NONE"
}

resource "aws_apigatewayv2_route" "protected" {
  for_each = local.protected

  api_id               = aws_apigatewayv2_api.this.id
  route_key            = each.key
  target               = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
  authorization_type   = "JWT"
  authorizer_id        = var.authorizer_id
  authorization_scopes = each.value.scopes
}

resource "aws_cloudwatch_log_group" "access" {
  # checkov:skip=CKV_AWS_158: encrypted by the key that CloudWatch owns; nothing personal is logged
  # checkov:skip=CKV_AWS_338: how long logs are kept is the owner's choice and the owner's money

  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  description = var.description
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      at        = "$context.requestTime"
      request   = "$context.requestId"
      route     = "$context.routeKey"
      status    = "$context.status"
      ms        = "$context.responseLatency"
      bytes     = "$context.responseLength"
      caller    = "$context.authorizer.claims.sub"
      refusal   = "$context.authorizer.error"
      breakdown = "$context.integrationErrorMessage"
    })
  }
}
