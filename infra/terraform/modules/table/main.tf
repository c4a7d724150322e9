# The table of one service: its records, counters and claims, the indexes it declares, and the stream that a relay reads.

locals {
  halves = flatten([for index in var.indexes : [index.partition, index.sort]])
}

resource "aws_dynamodb_table" "this" {
  # checkov:skip=CKV_AWS_28: point-in-time recovery is on where a stage is protected; elsewhere it would bill by the gigabyte
  # checkov:skip=CKV_AWS_119: encrypted by the key that DynamoDB owns, for nothing; a key of one's own bills by the request
  # checkov:skip=CKV2_AWS_16: on demand: there is no capacity to scale

  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"

  stream_enabled   = var.stream
  stream_view_type = var.stream ? "NEW_IMAGE" : null

  deletion_protection_enabled = var.protected

  dynamic "attribute" {
    for_each = toset(concat(["pk"], local.halves))
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = { for index in var.indexes : index.name => index }
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.partition
      range_key       = global_secondary_index.value.sort
      projection_type = "KEYS_ONLY"
    }
  }

  ttl {
    enabled        = true
    attribute_name = "ttl"
  }

  point_in_time_recovery {
    enabled                 = var.protected
    recovery_period_in_days = var.protected ? 35 : null
  }
}
