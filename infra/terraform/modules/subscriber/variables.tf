variable "name" {
  description = "What queue and rule are called; the dead-letter queue ends in -dead."
  type        = string
}

variable "subscriber" {
  description = "The subscriber, as the manifest names it."
  type        = string
}

variable "queue_arns" {
  description = "What the ARN of every queue here begins with."
  type        = string
}

variable "rule_arns" {
  description = "What the ARN of every rule on the bus begins with."
  type        = string
}

variable "bus" {
  description = "The bus that its events are on."
  type        = string
}

variable "events" {
  description = "The names of the events that it takes."
  type        = list(string)
}

variable "function_name" {
  description = "The function that handles them."
  type        = string
}

variable "visibility" {
  description = "Seconds that a message under way is hidden from others: longer than the function may take."
  type        = number
}

variable "receives" {
  description = "How many times a message is handed out before it goes to the dead-letter queue."
  type        = number
}

variable "batch" {
  description = "How many messages one call takes at most."
  type        = number
}

variable "window" {
  description = "Seconds to wait for a batch to fill; 0 for none."
  type        = number
}

variable "mapped" {
  description = "Let Lambda poll the queue and call the function."
  type        = bool
}

variable "concurrency" {
  description = "How many batches are under way at once, at most; SQS takes 2 to 1,000."
  type        = number

  validation {
    condition     = !var.mapped || (var.concurrency >= 2 && var.concurrency <= 1000)
    error_message = "SQS takes 2 to 1,000."
  }
}
