# Alarms in Slack and Teams. Somebody lets the workspace in once, in the console of Amazon Q Developer in chat applications.

locals {
  chats = length(compact([try(var.slack.channel, null), try(var.teams.channel, null)])) > 0 ? 1 : 0
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["chatbot.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account]
    }
  }
}

# It shows the graph of an alarm's metric, and nothing else.
data "aws_iam_policy_document" "graphs" {
  # checkov:skip=CKV_AWS_356: metrics are no resources: AWS takes no other than "*" here

  statement {
    actions   = ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "chat" {
  count = local.chats

  name                 = "${var.prefix}-chat"
  description          = "Shows alarms and their metrics in a chat"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "chat" {
  count = local.chats

  name   = "permissions"
  role   = aws_iam_role.chat[0].name
  policy = data.aws_iam_policy_document.graphs.json
}

resource "aws_chatbot_slack_channel_configuration" "this" {
  count = var.slack == null ? 0 : 1

  configuration_name    = "${var.prefix}-slack"
  iam_role_arn          = aws_iam_role.chat[0].arn
  slack_team_id         = var.slack.workspace
  slack_channel_id      = var.slack.channel
  sns_topic_arns        = [aws_sns_topic.alarms.arn]
  guardrail_policy_arns = ["arn:${var.partition}:iam::aws:policy/CloudWatchReadOnlyAccess"]
}

resource "aws_chatbot_teams_channel_configuration" "this" {
  count = var.teams == null ? 0 : 1

  configuration_name    = "${var.prefix}-teams"
  iam_role_arn          = aws_iam_role.chat[0].arn
  tenant_id             = var.teams.tenant
  team_id               = var.teams.team
  channel_id            = var.teams.channel
  sns_topic_arns        = [aws_sns_topic.alarms.arn]
  guardrail_policy_arns = ["arn:${var.partition}:iam::aws:policy/CloudWatchReadOnlyAccess"]
}
