variable "name" {
  description = "What function and role are called."
  type        = string

  validation {
    condition     = length(var.name) <= 64
    error_message = "Lambda takes names of 64 characters at most: use a shorter stage."
  }
}

variable "description" {
  description = "What it is for, in one line."
  type        = string
}

variable "handler" {
  description = "The Python function that is called: module and name."
  type        = string
}

variable "code" {
  description = "Where its zip lies: bucket and key. null: `image`."
  type        = object({ bucket = string, key = string })
}

variable "image" {
  description = "Its container image. null: `code`."
  type        = string
}

variable "runtime" {
  description = "The Lambda runtime of a zip."
  type        = string
}

variable "architecture" {
  description = "The processor: arm64 or x86_64."
  type        = string
}

variable "memory" {
  description = "Memory in MB."
  type        = number
}

variable "timeout" {
  description = "Seconds that one call may take."
  type        = number
}

variable "concurrency" {
  description = "Reserved concurrency; -1 for none."
  type        = number
}

variable "environment" {
  description = "Its environment."
  type        = map(string)
}

variable "permissions" {
  description = "What its role may do."
  type        = list(object({ actions = list(string), resources = list(string) }))
}

variable "permissions_boundary" {
  description = "ARN of the policy beyond which the role does not reach, if any."
  type        = string
}

variable "log_retention_days" {
  description = "How long its log is kept."
  type        = number
}

variable "tracing" {
  description = "Send traces to X-Ray."
  type        = bool
}
