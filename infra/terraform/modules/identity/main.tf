# Who may come in: tokens of one issuer, meant for us. It is our own unless the stage names another.
#
# API Gateway reads the issuer's discovery document as it makes the authorizer, so that our own pages must be served before.

resource "aws_apigatewayv2_authorizer" "this" {
  name             = var.name
  api_id           = var.api_id
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.issuer
    audience = var.audience
  }

  lifecycle {
    precondition {
      condition     = !var.own || contains(keys(var.served), "GET /.well-known/openid-configuration")
      error_message = "Nobody issues tokens here: deploy the service `identity`, or name another issuer by `issuer` and `audience`."
    }
  }
}
