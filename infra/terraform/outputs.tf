output "prefix" {
  description = "What every name begins with."
  value       = local.prefix
}

output "stage" {
  description = "The stage."
  value       = var.stage
}

output "region" {
  description = "Its region."
  value       = var.region
}

output "account" {
  description = "Its account."
  value       = local.account
}

output "api_url" {
  description = "Where the API is."
  value       = local.api_url
}

output "api_id" {
  description = "The API's id."
  value       = module.api.id
}

output "issuer" {
  description = "Whose tokens it accepts."
  value       = local.issuer
}

output "audience" {
  description = "Whom the tokens must be meant for."
  value       = var.audience
}

output "bus" {
  description = "The bus that events are on."
  value       = module.bus.name
}

output "tables" {
  description = "Tables by service."
  value       = { for name, table in module.table : name => table.name }
}

output "functions" {
  description = "Functions by their name in the manifest."
  value       = { for name, function in module.function : name => function.name }
}

output "log_groups" {
  description = "Where the functions log, by their name in the manifest."
  value       = { for name, function in module.function : name => function.log_group }
}

output "queues" {
  description = "Queue addresses by subscriber."
  value       = { for name, subscriber in module.subscriber : name => subscriber.queue_url }
}

output "dead_letter_queues" {
  description = "Dead-letter queue addresses by subscriber."
  value       = { for name, subscriber in module.subscriber : name => subscriber.dead_letter_queue_url }
}

output "parking_queues" {
  description = "Parking queue addresses by service."
  value       = { for name, relay in module.relay : name => relay.parking_queue_url }
}

output "failures_bucket" {
  description = "Where batches lie that no try could pass on."
  value       = module.failures.name
}

output "packages_bucket" {
  description = "Where the zips lie."
  value       = module.packages.name
}

output "schedule_group" {
  description = "The group that timers are put in."
  value       = local.group
}

output "scheduler_role" {
  description = "The role that sends timers, if a service sets any."
  value       = one([for role in module.timers : role.role_arn])
}

output "alarm_topic" {
  description = "The topic that alarms are sent to."
  value       = module.observability.topic_arn
}

output "dashboard_url" {
  description = "Where to watch the stage."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${module.observability.dashboard}"
}
