variable "name" {
  description = "What the API is called."
  type        = string
}

variable "description" {
  description = "What it is for, in one line."
  type        = string
}

variable "routes" {
  description = "Every route, the function that answers it, and the scopes it needs."
  type        = list(object({ route_key = string, function = string, scopes = list(string), public = bool }))
}

variable "functions" {
  description = "The functions, by their name in the manifest."
  type        = map(object({ name = string, arn = string }))
}

variable "authorizer_id" {
  description = "What protected routes ask."
  type        = string
}

variable "throttle" {
  description = "Requests a second, and how many at once before that counts."
  type        = object({ rate = number, burst = number })
}

variable "cors_origins" {
  description = "Websites that may call it from a browser."
  type        = list(string)
}

variable "domain" {
  description = "A domain of one's own: name, certificate, and Route 53 zone if any."
  type        = object({ name = string, certificate_arn = string, zone_id = optional(string) })
}

variable "log_retention_days" {
  description = "How long the access log is kept."
  type        = number
}
