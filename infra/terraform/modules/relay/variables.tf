variable "stream_arn" {
  description = "The stream of the table."
  type        = string
}

variable "function_name" {
  description = "The relay."
  type        = string
}

variable "parking_queue" {
  description = "What the parking queue is called."
  type        = string
}

variable "failures_arn" {
  description = "The bucket for batches that no try could pass on."
  type        = string
}

variable "batch" {
  description = "How many changes one call takes at most."
  type        = number
}

variable "retries" {
  description = "How many times a batch is tried again."
  type        = number
}

variable "age" {
  description = "Seconds after which a change is tried no more."
  type        = number
}

variable "filters" {
  description = "Event patterns; a change that matches none starts nothing."
  type        = list(string)
}
