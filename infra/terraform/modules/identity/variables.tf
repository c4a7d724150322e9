variable "name" {
  description = "What the authorizer is called."
  type        = string
}

variable "api_id" {
  description = "The API."
  type        = string
}

variable "issuer" {
  description = "The issuer whose tokens are accepted."
  type        = string
}

variable "audience" {
  description = "Whom the tokens must be meant for."
  type        = list(string)
}

variable "own" {
  description = "The issuer is this stage itself."
  type        = bool
}

variable "served" {
  description = "The public routes that are served by now: route key to id."
  type        = map(string)
}
