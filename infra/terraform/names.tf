# What the manifest says, and what its symbols stand for. Names follow from stage, account and region alone, so that a
# policy can name what is not there yet.

data "aws_caller_identity" "here" {}

data "aws_partition" "here" {}

locals {
  deployment = jsondecode(file(var.manifest)).deployment

  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  prefix    = "frontdesk-${var.stage}"
  bus       = coalesce(var.bus_name, local.prefix)
  group     = coalesce(var.schedule_group, local.prefix)
  protected = coalesce(var.protected, var.stage == "production")
  boundary  = var.permissions_boundary == null ? null : "arn:${local.partition}:iam::${local.account}:policy/${var.permissions_boundary}"
  failures  = "${local.prefix}-failures-${local.account}"
  runbook   = "docs/runbook.md"

  # Whoever brings another issuer needs nobody here who issues tokens.
  functions = { for function in local.deployment.functions : function.name => function if var.issuer == null || function.kind != "oauth" }
  routes    = [for route in local.deployment.routes : route if contains(keys(local.functions), route.function)]
  tables    = { for table in local.deployment.tables : table.name => table }
  queues    = { for queue in local.deployment.queues : queue.name => queue }
  streams   = { for stream in local.deployment.streams : stream.table => stream }
  roles     = { for role in local.deployment.roles : role.name => role }
  schedules = { for schedule in local.deployment.schedules : schedule.name => schedule }

  in_region  = "${var.region}:${local.account}"
  table_arns = { for name in keys(local.tables) : name => "arn:${local.partition}:dynamodb:${local.in_region}:table/${local.prefix}-${name}" }
  queue_arn  = "arn:${local.partition}:sqs:${local.in_region}:${local.prefix}"

  # Symbol to ARNs: what a permission is for.
  arns = merge(
    { for name, arn in local.table_arns : "table:${name}" => [arn] },
    { for name, arn in local.table_arns : "stream:${name}" => ["${arn}/stream/*"] },
    merge([for name, arn in local.table_arns :
      { for index in local.tables[name].indexes : "index:${name}/${index.name}" => ["${arn}/index/${index.name}"] }
    ]...),
    { for name in keys(local.queues) : "queue:${name}" => ["${local.queue_arn}-${name}"] },
    { for name in keys(local.queues) : "dead:${name}" => ["${local.queue_arn}-${name}-dead"] },
    { for name in local.deployment.parked : "parked:${name}" => ["${local.queue_arn}-${name}-parked"] },
    { for name in keys(local.functions) : "function:${name}" => ["arn:${local.partition}:lambda:${local.in_region}:function:${local.prefix}-${name}"] },
    { for name in keys(local.functions) : "logs:${name}" => ["arn:${local.partition}:logs:${local.in_region}:log-group:/aws/lambda/${local.prefix}-${name}:*"] },
    {
      bus            = ["arn:${local.partition}:events:${local.in_region}:event-bus/${local.bus}"]
      schedules      = ["arn:${local.partition}:scheduler:${local.in_region}:schedule/${local.group}/*"]
      scheduler-role = ["arn:${local.partition}:iam::${local.account}:role/${local.prefix}-scheduler"]
      # The emulator authorises a listing by path as one of everything; AWS, by the path.
      parameters = concat(["arn:${local.partition}:ssm:${local.in_region}:parameter/${local.prefix}/*"], var.emulator == null ? [] : ["*"])
    },
    { for place in ["keys", "seals", "channels"] : "parameters:${place}" => concat([
      "arn:${local.partition}:ssm:${local.in_region}:parameter/${local.prefix}/${place}",
      "arn:${local.partition}:ssm:${local.in_region}:parameter/${local.prefix}/${place}/*",
    ], var.emulator == null ? [] : ["*"]) },
    {
      # A telephone number has no ARN. The only topic of a stage is that of its alarms.
      text-messages = ["*"]
      failures      = ["arn:${local.partition}:s3:::${local.failures}", "arn:${local.partition}:s3:::${local.failures}/*"]
    },
  )

  # Symbol to name: what the dimension of a metric is.
  dimensions = merge(
    { for name in keys(local.tables) : "table:${name}" => "${local.prefix}-${name}" },
    { for name in keys(local.queues) : "queue:${name}" => "${local.prefix}-${name}" },
    { for name in keys(local.queues) : "dead:${name}" => "${local.prefix}-${name}-dead" },
    { for name in local.deployment.parked : "parked:${name}" => "${local.prefix}-${name}-parked" },
    { for name in keys(local.functions) : "function:${name}" => "${local.prefix}-${name}" },
    { api = module.api.id, bus = local.bus, prefix = local.prefix },
  )
}
