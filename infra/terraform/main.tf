# One stage: everything that the manifest asks for, by module and concern.

module "failures" {
  source = "./modules/bucket"

  name          = local.failures
  force_destroy = !local.protected
}

module "packages" {
  source = "./modules/bucket"

  name          = "${local.prefix}-packages-${local.account}"
  force_destroy = true # every zip can be built again
}

# The key says what is in it: other contents are another object, and the functions follow.
resource "aws_s3_object" "package" {
  for_each = var.packages

  bucket = module.packages.name
  key    = "packages/${each.key}-${each.value.hash}.zip"
  source = each.value.path
}

module "table" {
  source   = "./modules/table"
  for_each = local.tables

  name      = "${local.prefix}-${each.key}"
  indexes   = each.value.indexes
  stream    = contains(keys(local.streams), each.key)
  protected = local.protected
}

module "bus" {
  source = "./modules/bus"

  name        = local.bus
  description = "What happens at the front desk (${var.stage})"
  create      = var.create_bus
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name        = "${local.prefix}-${each.key}"
  description = local.purposes[each.value.kind]
  handler     = each.value.handler
  code        = try({ bucket = aws_s3_object.package[each.value.package].bucket, key = aws_s3_object.package[each.value.package].key }, null)
  image       = lookup(var.images, each.value.package, null)

  runtime      = var.runtime
  architecture = var.architecture
  memory       = lookup(var.memory, each.key, each.value.memory)
  timeout      = each.value.timeout
  concurrency  = lookup(var.concurrency, each.key, each.value.concurrency > 0 ? each.value.concurrency : -1)

  environment = merge(local.environment, { FRONTDESK_FUNCTION = each.key })
  permissions = [for permission in each.value.permissions : { actions = permission.actions, resources = local.arns[permission.resource] }]

  permissions_boundary = local.boundary
  log_retention_days   = var.log_retention_days
  tracing              = var.tracing
}

module "relay" {
  source   = "./modules/relay"
  for_each = local.streams

  stream_arn    = module.table[each.key].stream_arn
  function_name = module.function[each.value.function].name
  parking_queue = "${local.prefix}-${each.key}-parked"
  failures_arn  = module.failures.arn

  batch   = each.value.batch
  retries = each.value.retries
  age     = each.value.age
  filters = each.value.filters
}

module "subscriber" {
  source   = "./modules/subscriber"
  for_each = local.queues

  name          = "${local.prefix}-${each.key}"
  subscriber    = each.key
  queue_arns    = "arn:${local.partition}:sqs:${local.in_region}"
  rule_arns     = "arn:${local.partition}:events:${local.in_region}:rule/${local.bus}"
  bus           = module.bus.name
  events        = each.value.events
  function_name = module.function[each.value.function].name

  visibility  = each.value.visibility
  receives    = each.value.receives
  batch       = each.value.batch
  window      = each.value.window
  mapped      = each.value.mapped
  concurrency = each.value.concurrency
}

module "timers" {
  source   = "./modules/timers"
  for_each = local.roles

  role        = "${local.prefix}-${each.key}"
  principal   = each.value.principal
  account     = local.account
  permissions = [for permission in each.value.permissions : { actions = permission.actions, resources = local.arns[permission.resource] }]
  group       = local.group

  permissions_boundary = local.boundary
}

module "schedule" {
  source   = "./modules/schedule"
  for_each = local.schedules

  name          = "${local.prefix}-${each.key}"
  description   = "Calls ${each.value.function} at a ${each.value.rate}"
  rate          = each.value.rate
  function_name = module.function[each.value.function].name
  function_arn  = module.function[each.value.function].arn
}

module "api" {
  source = "./modules/api"

  name          = local.prefix
  description   = "The API of the front desk (${var.stage})"
  routes        = local.routes
  functions     = { for name, function in module.function : name => { name = function.name, arn = function.arn } }
  authorizer_id = module.identity.authorizer_id
  throttle      = var.throttle
  cors_origins  = var.cors_origins
  domain        = var.domain

  log_retention_days = var.log_retention_days
}

module "identity" {
  source = "./modules/identity"

  name     = local.prefix
  api_id   = module.api.id
  issuer   = local.issuer
  audience = var.audience
  own      = var.issuer == null
  served   = module.api.public_routes
}

module "observability" {
  source = "./modules/observability"

  prefix    = local.prefix
  stage     = var.stage
  account   = local.account
  partition = local.partition
  region    = var.region

  alarms = [for alarm in local.deployment.alarms : merge(alarm, {
    dimensions = { for name, symbol in alarm.dimensions : name => local.dimensions[symbol] }
  })]
  runbook = local.runbook
  budget  = merge(local.deployment.budget, { dollars = coalesce(var.monthly_budget_usd, local.deployment.budget.dollars) })
  emails  = var.alarm_emails
  slack   = var.slack
  teams   = var.teams

  permissions_boundary = local.boundary

  api_id    = module.api.id
  functions = { for name, function in module.function : name => function.name }
  relays    = [for stream in local.streams : stream.function]
  queues    = { for name in keys(local.queues) : name => "${local.prefix}-${name}" }
  tables    = { for name, table in module.table : name => table.name }
}
