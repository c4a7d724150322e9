variable "role" {
  description = "What the role is called."
  type        = string
}

variable "principal" {
  description = "The service of AWS that takes the role on."
  type        = string
}

variable "account" {
  description = "The account for which it does so."
  type        = string
}

variable "permissions" {
  description = "What the role may do."
  type        = list(object({ actions = list(string), resources = list(string) }))
}

variable "permissions_boundary" {
  description = "ARN of the policy beyond which the role does not reach, if any."
  type        = string
}

variable "group" {
  description = "The group of schedules."
  type        = string
}
