variable "region" {
  description = "The AWS region that is deployed to, such as eu-west-1."
  type        = string
}

variable "developers" {
  description = "Developers by short name; anna may deploy the stage dev-anna."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.developers : can(regex("^[a-z0-9][a-z0-9-]{0,18}[a-z0-9]$", name))])
    error_message = "A name is 2 to 20 of lower case, digits and dashes."
  }

  validation {
    condition     = alltrue([for name in var.developers : !anytrue([for other in var.developers : startswith(name, "${other}-")])])
    error_message = "What belongs to anna-b begins with the name of anna's stage: choose names that do not begin with one another and a dash."
  }
}

variable "github" {
  description = "The repository (owner/name) whose workflows deploy, and the stages of each of its environments. create_provider: false where the account trusts GitHub already."
  type = object({
    repository      = string
    create_provider = optional(bool, true)
    environments    = optional(map(string), { preview = "preview-*", staging = "staging", production = "production" })
  })
  default = null

  validation {
    condition     = var.github == null || can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "A repository is owner/name."
  }
}

variable "state_bucket" {
  description = "The bucket that keeps Terraform's state; by default the one that `bootstrap` makes."
  type        = string
  default     = null
}

variable "buses" {
  description = "Names of event buses that the workflows' stages share with others; none: each stage has its own."
  type        = list(string)
  default     = []
}

variable "zones" {
  description = "Ids of the Route 53 zones that the workflows may enter an API's own domain in."
  type        = list(string)
  default     = []
}

variable "emulator" {
  description = "Address of an AWS emulator, for tests. null: AWS."
  type        = string
  default     = null
}
