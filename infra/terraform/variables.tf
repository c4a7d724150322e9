# What is deployed, and where.

variable "stage" {
  description = "The stage: dev, staging, production, preview-<branch>, or dev-<name> for a developer's own. Everything is named frontdesk-<stage>."
  type        = string

  validation {
    condition     = can(regex("^(dev|staging|production|(preview|dev)-[a-z0-9]([a-z0-9-]*[a-z0-9])?)$", var.stage)) && length(var.stage) <= 24
    error_message = "Use dev, staging, production, preview-<branch> or dev-<name>: lower case, digits and dashes, 24 characters at most."
  }
}

variable "region" {
  description = "The AWS region, such as eu-west-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Name a region, such as eu-west-1."
  }
}

variable "manifest" {
  description = "Path of the manifest: what `frontdesk manifest --services ... --json` printed for the services to deploy."
  type        = string

  validation {
    condition     = try(jsondecode(file(var.manifest)).format == 2, false)
    error_message = "This is no manifest of format 2. Write one with `frontdesk manifest --json`."
  }
}

variable "packages" {
  description = "The zips of the functions, by name (base, clinic, identity): where each lies, and the hash of its contents. What is unchanged is not uploaded again."
  type        = map(object({ path = string, hash = string }))
  default     = {}

  validation {
    condition     = alltrue([for package in var.packages : can(regex("^[0-9a-f]{16,64}$", package.hash))])
    error_message = "A hash is 16 to 64 hexadecimal digits."
  }

  validation {
    condition     = length(setsubtract(try(jsondecode(file(var.manifest)).deployment.functions[*].package, []), concat(keys(var.packages), keys(var.images)))) == 0
    error_message = "A function of the manifest has neither package nor image: give `base`, `identity`, and with appointments or notifications `clinic`."
  }
}

variable "images" {
  description = "Container images instead of zips, by package (base, clinic, identity): image URIs in this account's ECR, best by digest."
  type        = map(string)
  default     = {}
}

# How the functions run.

variable "runtime" {
  description = "The Lambda runtime. It must be the Python that built the zips, or their byte code is dead weight."
  type        = string
  default     = "python3.13"

  validation {
    condition     = contains(["python3.11", "python3.12", "python3.13", "python3.14"], var.runtime)
    error_message = "Use python3.11, python3.12, python3.13 or python3.14."
  }
}

variable "architecture" {
  description = "The processor that the zips were built for: arm64 (a fifth cheaper) or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Use arm64 or x86_64."
  }
}

variable "memory" {
  description = "Memory in MB of functions that shall have another than the manifest says, by function."
  type        = map(number)
  default     = {}
}

variable "concurrency" {
  description = "Reserved concurrency by function. It is taken out of what the account has for all, so nothing is reserved by itself."
  type        = map(number)
  default     = {}
}

variable "log_level" {
  description = "How much the functions log: debug, info, warning or error."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info", "warning", "error"], var.log_level)
    error_message = "Use debug, info, warning or error."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "tracing" {
  description = "Send traces to X-Ray, which bills by trace."
  type        = bool
  default     = false
}

variable "publish_all" {
  description = "Put every event on the bus, also those that none of the deployed services subscribes to."
  type        = bool
  default     = false
}

# The bus and the timers.

variable "bus_name" {
  description = "The event bus. By default one named as the stage is; a snack shop's may be serverless-snacks-orders."
  type        = string
  default     = null
}

variable "create_bus" {
  description = "Make the bus. false: somebody else's bus of that name is used, and left alone by destroy."
  type        = bool
  default     = true
}

variable "schedule_group" {
  description = "The group of EventBridge Scheduler that timers are put in. By default one named as the stage is; `default` is there already."
  type        = string
  default     = null
}

# The door.

variable "domain" {
  description = "A domain of your own for the API: its name, its certificate in this region, and the Route 53 zone to enter it in, if any."
  type        = object({ name = string, certificate_arn = string, zone_id = optional(string) })
  default     = null
}

variable "issuer" {
  description = "The OpenID provider whose tokens are accepted, such as https://cognito-idp.<region>.amazonaws.com/<pool>. null: our own."
  type        = string
  default     = null

  validation {
    condition     = var.issuer == null || can(regex("^https://[^/?#]+[^?#]*[^/?#]$", var.issuer))
    error_message = "An issuer is an https address without a slash at its end."
  }
}

variable "audience" {
  description = "Whom tokens must be meant for: their `aud`, or the client ids of a Cognito pool."
  type        = list(string)
  default     = ["frontdesk"]
}

variable "throttle" {
  description = "How many requests a second the API takes, and how many at once before that counts."
  type        = object({ rate = number, burst = number })
  default     = { rate = 500, burst = 1000 }
}

variable "cors_origins" {
  description = "Websites that may call the API from a browser, such as https://shop.example.com."
  type        = list(string)
  default     = []
}

# Who is told.

variable "alarm_emails" {
  description = "Addresses that alarms are sent to. Each must be confirmed once, by the link that AWS sends."
  type        = list(string)
  default     = []
}

variable "slack" {
  description = "The Slack workspace and channel, by id, that alarms are sent to. The workspace is let in once, in the console of Amazon Q Developer in chat applications."
  type        = object({ workspace = string, channel = string })
  default     = null
}

variable "teams" {
  description = "The Teams tenant, team and channel, by id, that alarms are sent to. The team is let in once, in the same console."
  type        = object({ tenant = string, team = string, channel = string })
  default     = null
}

variable "monthly_budget_usd" {
  description = "Dollars a month that this stage may cost before somebody is told, 0 for no budget; by default what the manifest says. Needs the cost allocation tag `stage`, activated once in the billing console."
  type        = number
  default     = null
}

# Who may do what.

variable "protected" {
  description = "Refuse to delete tables, and keep 35 days of every table to go back to. By default in production alone."
  type        = bool
  default     = null
}

variable "permissions_boundary" {
  description = "Name of the policy beyond which no role of this stage reaches. A developer's own stage needs the one that `access` makes."
  type        = string
  default     = null
}

variable "tags" {
  description = "Further tags for everything."
  type        = map(string)
  default     = {}
}

variable "emulator" {
  description = "Address of an AWS emulator, such as http://127.0.0.1:4566, for tests. null: AWS."
  type        = string
  default     = null
}
