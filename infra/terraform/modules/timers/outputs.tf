output "role_arn" {
  description = "The role that a schedule names."
  value       = aws_iam_role.this.arn
}

output "group" {
  description = "The group that schedules are made in."
  value       = var.group == "default" ? "default" : aws_scheduler_schedule_group.this[0].name
}
