variable "name" {
  description = "What the bus is called."
  type        = string
}

variable "description" {
  description = "What it is for, in one line."
  type        = string
}

variable "create" {
  description = "Make it. false: it is there."
  type        = bool
}
