# What a timer of more than 15 minutes needs: a group of EventBridge Scheduler, and the role by which it sends to the
# queue of whoever set the timer. The relays make the schedules themselves.

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [var.principal]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account]
    }
  }
}

data "aws_iam_policy_document" "permissions" {
  dynamic "statement" {
    for_each = var.permissions
    content {
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.role
  description          = "Sends timers that are due to their queues"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "this" {
  name   = "permissions"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.permissions.json
}

# The group `default` is always there.
resource "aws_scheduler_schedule_group" "this" {
  count = var.group == "default" ? 0 : 1

  name = var.group
}
