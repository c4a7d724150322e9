"""The CDK twin of infra/terraform: one stack that creates what a manifest names, under the same settings and names."""
