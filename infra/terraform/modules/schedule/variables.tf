variable "name" {
  description = "What the rule is called."
  type        = string
}

variable "description" {
  description = "What it is for, in one line."
  type        = string
}

variable "rate" {
  description = "How often, as EventBridge writes it: rate(1 minute)."
  type        = string
}

variable "function_name" {
  description = "The function to call."
  type        = string
}

variable "function_arn" {
  description = "Its ARN."
  type        = string
}
