# What the functions are told, and what each kind of them is for.

locals {
  # An emulator has no name server for its APIs; it serves them below its own address too.
  reached = var.emulator == null ? module.api.endpoint : "${var.emulator}/_aws/execute-api/${module.api.id}"
  api_url = var.domain == null ? local.reached : "https://${var.domain.name}"
  issuer  = coalesce(var.issuer, local.api_url)

  environment = {
    FRONTDESK_PREFIX      = local.prefix
    FRONTDESK_STAGE       = var.stage
    FRONTDESK_ACCOUNT     = local.account
    FRONTDESK_BUS         = local.bus
    FRONTDESK_SCHEDULES   = local.group
    FRONTDESK_ISSUER      = local.issuer
    FRONTDESK_AUDIENCE    = var.audience[0]
    FRONTDESK_SITE        = local.api_url
    FRONTDESK_LOG_LEVEL   = var.log_level
    FRONTDESK_PUBLISH_ALL = tostring(var.publish_all)
  }

  purposes = {
    http       = "Answers the API of one service"
    oauth      = "Signs people and programs in"
    operations = "Answers the operator, and the API's own pages"
    queue      = "Handles what one subscriber hears"
    stream     = "Carries the events of one table to the bus"
    schedule   = "Beats, and passes on what a relay could not"
  }
}
