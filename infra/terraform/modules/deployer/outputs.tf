output "policy_arn" {
  description = "What somebody needs who deploys."
  value       = aws_iam_policy.deploy.arn
}

output "boundary" {
  description = "Name of the boundary: the variable `permissions_boundary` of the stage."
  value       = aws_iam_policy.boundary.name
}
