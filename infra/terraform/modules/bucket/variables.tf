variable "name" {
  description = "What the bucket is called, unlike any other in the world."
  type        = string
}

variable "force_destroy" {
  description = "Let it be deleted with what it holds."
  type        = bool
}
