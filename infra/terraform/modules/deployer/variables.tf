variable "name" {
  description = "What the policies are called, before -boundary and -deploy."
  type        = string
}

variable "stages" {
  description = "The stage, or a pattern of stages: dev-anna, preview-*."
  type        = string
}

variable "region" {
  description = "The region that may be deployed to."
  type        = string
}

variable "account" {
  description = "The account."
  type        = string
}

variable "partition" {
  description = "The partition: aws, aws-cn or aws-us-gov."
  type        = string
}

variable "state_bucket" {
  description = "The bucket that keeps Terraform's state."
  type        = string
}

variable "buses" {
  description = "Names of event buses that are shared with others; none: the stage's own."
  type        = list(string)
}

variable "zones" {
  description = "Ids of the Route 53 zones that the API's own domain is entered in, if any."
  type        = list(string)
}
