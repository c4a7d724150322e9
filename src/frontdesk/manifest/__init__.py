"""The manifest: what a set of services needs from a runtime, as data. Terraform and CDK read the same."""
