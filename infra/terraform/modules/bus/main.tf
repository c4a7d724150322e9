# The bus that events are published on: our own, or somebody else's that is there already.

resource "aws_cloudwatch_event_bus" "this" {
  count = var.create ? 1 : 0

  name        = var.name
  description = var.description
}

data "aws_cloudwatch_event_bus" "theirs" {
  count = var.create ? 0 : 1

  name = var.name
}
