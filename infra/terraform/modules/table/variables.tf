variable "name" {
  description = "What the table is called."
  type        = string
}

variable "indexes" {
  description = "The indexes that its service declares; the attributes are texts."
  type        = list(object({ name = string, partition = string, sort = string }))
}

variable "stream" {
  description = "Tell a relay of every change."
  type        = bool
}

variable "protected" {
  description = "Refuse to delete it, and keep 35 days to go back to."
  type        = bool
}
