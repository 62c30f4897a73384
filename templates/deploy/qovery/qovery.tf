# The service and the job that migrates, from one image. The same by hand, in the console: README.md.

terraform {
  required_providers {
    qovery = {
      source = "qovery/qovery"
    }
  }
}

variable "environment_id" {
  type = string
}

variable "registry_id" {
  description = "The container registry that holds the image."
  type        = string
}

variable "tag" {
  description = "The image's tag, one for both. `latest` is not supported."
  type        = string
  default     = "<{ image_tag }>"
}

variable "database_url" {
  description = "The role that serves: rows only."
  type        = string
  sensitive   = true
}

variable "migration_database_url" {
  description = "The role that may change the schema."
  type        = string
  sensitive   = true
}

# Runs at the start of each deployment: Qovery deploys jobs in a stage before that of containers. An
# older version is deployed the same way, and nothing tells the job so. `sync` therefore looks at the
# database: it leaves a newer schema alone that this image can live with, and refuses (4) where it
# cannot. With "--down" after "sync" it would revert to its own schema. What it did is in DBMIG_VERDICT and
# its like for the stages after it.
resource "qovery_job" "migrate" {
  environment_id = var.environment_id
  name           = "<{ name }>-migrate"

  source = {
    image = {
      registry_id = var.registry_id
      name        = "<{ image_name }>"
      tag         = var.tag
    }
  }

  schedule = {
    on_start = {
      entrypoint = "<{ bin }>"
      arguments  = <{ sync_args }>
    }
  }

  # Qovery does not ask for the exit code: what is final (1, 2, 4) is tried again, too, and ends the
  # same way without touching anything.
  max_nb_restart = 3
  # The default of 300 ends a long migration; cut off, the next start would go on with it.
  max_duration_seconds = 3600

  # It ends by itself, so there is nothing to probe.
  healthchecks = {}

  # Only the job has it.
  secrets = [
    {
      key   = "MIGRATION_DATABASE_URL"
      value = var.migration_database_url
    }
  ]
}

resource "qovery_container" "app" {
  environment_id = var.environment_id
  registry_id    = var.registry_id
  name           = "<{ name }>"
  image_name     = "<{ image_name }>"
  tag            = var.tag
  entrypoint     = "<{ bin }>"
  arguments      = <{ serve_args }>

  min_running_instances = 2
  max_running_instances = 2

  ports = [
    {
      internal_port       = <{ port }>
      external_port       = 443
      publicly_accessible = true
      protocol            = "HTTP"
      is_default          = true
    }
  ]

  # Qovery has no startup probe. None is needed: /livez answers from the first moment, also while a
  # migration runs, and /readyz only when the schema is there.
  healthchecks = {
    liveness_probe = {
      type = {
        http = {
          port   = <{ port }>
          path   = "/livez"
          scheme = "HTTP"
        }
      }
      initial_delay_seconds = 5
      period_seconds        = 10
      timeout_seconds       = 5
      success_threshold     = 1
      failure_threshold     = 3
    }
    readiness_probe = {
      type = {
        http = {
          port   = <{ port }>
          path   = "/readyz"
          scheme = "HTTP"
        }
      }
      initial_delay_seconds = 1
      period_seconds        = 5
      timeout_seconds       = 5
      success_threshold     = 1
      failure_threshold     = 3
    }
  }

  environment_variables = [
#% for variable in env
    {
      key   = "<{ variable.name }>"
      value = "<{ variable.value }>"
    },
#% endfor
  ]

  secrets = [
    {
      key   = "DATABASE_URL"
      value = var.database_url
    }
  ]
}
