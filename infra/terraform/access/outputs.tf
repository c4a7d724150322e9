output "developers" {
  description = "For each developer the policy to attach to their user or permission set, and the boundary that their stage must name."
  value       = { for name, developer in module.developer : name => { policy = developer.policy_arn, permissions_boundary = developer.boundary } }
}

output "environments" {
  description = "For each environment of the repository the role to assume, and the boundary that its stages must name."
  value       = { for name, role in aws_iam_role.github : name => { role = role.arn, permissions_boundary = module.environment[name].boundary } }
}
