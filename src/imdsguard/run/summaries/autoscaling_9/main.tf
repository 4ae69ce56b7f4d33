# What terraform-aws-modules/autoscaling/aws 9.0.0 to 9.2.1 makes of its input: read at tags v9.0.0 and v9.2.1.

variable "create" {
  type    = bool
  default = true
}

variable "putin_khuylo" {
  type    = bool
  default = true
}

variable "create_launch_template" {
  type    = bool
  default = true
}

variable "ignore_desired_capacity_changes" {
  type    = bool
  default = false
}

variable "launch_template_id" {
  type    = string
  default = null
}

variable "launch_template_version" {
  type    = string
  default = null
}

variable "update_default_version" {
  type    = bool
  default = null
}

variable "use_mixed_instances_policy" {
  type    = bool
  default = false
}

variable "mixed_instances_policy" {
  type    = any
  default = null
}

variable "image_id" {
  type    = string
  default = null
}

variable "user_data" {
  type    = string
  default = null
}

variable "instance_refresh" {
  type    = any
  default = null
}

variable "instance_name" {
  type    = string
  default = ""
}

variable "name" {
  type    = string
  default = ""
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "autoscaling_group_tags" {
  type    = map(string)
  default = {}
}

variable "region" {
  type    = string
  default = null
}

variable "metadata_options" {
  type = object({
    http_endpoint               = optional(string, "enabled")
    http_protocol_ipv6          = optional(string)
    http_put_response_hop_limit = optional(number, 1)
    http_tokens                 = optional(string, "required")
    instance_metadata_tags      = optional(string)
  })
  default = {}
}

locals {
  create    = var.create && var.putin_khuylo
  overrides = try(var.mixed_instances_policy.launch_template.override, null)
  template  = var.create_launch_template ? aws_launch_template.this[0].id : var.launch_template_id
  version   = var.create_launch_template && var.launch_template_version == null ? aws_launch_template.this[0].latest_version : var.launch_template_version
  refreshes = var.instance_refresh != null ? [var.instance_refresh] : []
  tags      = merge(var.tags, { "Name" = var.instance_name != "" ? var.instance_name : var.name }, var.autoscaling_group_tags)
}

resource "aws_launch_template" "this" {
  count = var.create_launch_template ? 1 : 0

  region                 = var.region
  image_id               = var.image_id
  user_data              = var.user_data
  update_default_version = var.update_default_version

  dynamic "metadata_options" {
    for_each = var.metadata_options != null ? ["given"] : []
    content {
      http_endpoint               = var.metadata_options.http_endpoint
      http_tokens                 = var.metadata_options.http_tokens
      http_put_response_hop_limit = var.metadata_options.http_put_response_hop_limit
      http_protocol_ipv6          = var.metadata_options.http_protocol_ipv6
      instance_metadata_tags      = var.metadata_options.instance_metadata_tags
    }
  }
}

resource "aws_autoscaling_group" "this" {
  count = local.create && !var.ignore_desired_capacity_changes ? 1 : 0

  region = var.region

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : ["one"]
    content {
      id      = local.template
      version = local.version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [var.mixed_instances_policy] : []
    content {
      launch_template {
        launch_template_specification {
          launch_template_id = local.template
          version            = local.version
        }

        dynamic "override" {
          for_each = local.overrides != null ? local.overrides : []
          content {
            instance_type = try(override.value.instance_type, null)

            dynamic "launch_template_specification" {
              for_each = try(override.value.launch_template_specification, null) != null ? ["other"] : []
              content {
                launch_template_id   = try(override.value.launch_template_specification.launch_template_id, null)
                launch_template_name = try(override.value.launch_template_specification.launch_template_name, null)
                version              = try(override.value.launch_template_specification.version, null)
              }
            }
          }
        }
      }
    }
  }

  dynamic "instance_refresh" {
    for_each = local.refreshes
    content {
      strategy = instance_refresh.value.strategy
      triggers = try(instance_refresh.value.triggers, null)
    }
  }

  dynamic "tag" {
    for_each = local.tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_autoscaling_group" "idc" {
  count = local.create && var.ignore_desired_capacity_changes ? 1 : 0

  region = var.region

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : ["one"]
    content {
      id      = local.template
      version = local.version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [var.mixed_instances_policy] : []
    content {
      launch_template {
        launch_template_specification {
          launch_template_id = local.template
          version            = local.version
        }

        dynamic "override" {
          for_each = local.overrides != null ? local.overrides : []
          content {
            instance_type = try(override.value.instance_type, null)

            dynamic "launch_template_specification" {
              for_each = try(override.value.launch_template_specification, null) != null ? ["other"] : []
              content {
                launch_template_id   = try(override.value.launch_template_specification.launch_template_id, null)
                launch_template_name = try(override.value.launch_template_specification.launch_template_name, null)
                version              = try(override.value.launch_template_specification.version, null)
              }
            }
          }
        }
      }
    }
  }

  dynamic "instance_refresh" {
    for_each = local.refreshes
    content {
      strategy = instance_refresh.value.strategy
      triggers = try(instance_refresh.value.triggers, null)
    }
  }

  dynamic "tag" {
    for_each = local.tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}
