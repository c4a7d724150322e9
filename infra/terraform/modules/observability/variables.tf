variable "prefix" {
  description = "What every name begins with."
  type        = string
}

variable "stage" {
  description = "The stage."
  type        = string
}

variable "account" {
  description = "The account."
  type        = string
}

variable "partition" {
  description = "The partition: aws, aws-cn or aws-us-gov."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "alarms" {
  description = "The alarms, with the values of their dimensions."
  type = list(object({
    name        = string
    namespace   = string
    metric      = string
    dimensions  = map(string)
    statistic   = string
    period      = number
    evaluations = number
    threshold   = number
    comparison  = string
    missing     = string
    anchor      = string
    text        = string
  }))
}

variable "runbook" {
  description = "Address of the runbook."
  type        = string
}

variable "budget" {
  description = "What the stage may cost in a month, and at which percentages of it somebody is told."
  type        = object({ name = string, dollars = number, percents = list(number) })
}

variable "emails" {
  description = "Addresses that alarms are sent to."
  type        = list(string)
}

variable "slack" {
  description = "Slack workspace and channel, by id."
  type        = object({ workspace = string, channel = string })
}

variable "teams" {
  description = "Teams tenant, team and channel, by id."
  type        = object({ tenant = string, team = string, channel = string })
}

variable "permissions_boundary" {
  description = "ARN of the policy beyond which no role reaches, if any."
  type        = string
}

variable "api_id" {
  description = "The API."
  type        = string
}

variable "functions" {
  description = "Names of the functions, by their name in the manifest."
  type        = map(string)
}

variable "relays" {
  description = "Which of them are relays."
  type        = list(string)
}

variable "queues" {
  description = "Names of the queues, by subscriber."
  type        = map(string)
}

variable "tables" {
  description = "Names of the tables, by service."
  type        = map(string)
}
