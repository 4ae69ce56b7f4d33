# What terraform-aws-modules/autoscaling/aws 6.0.0 to 6.10.0 makes of its input: read at tags v6.0.0 and v6.10.0.

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

variable "launch_template" {
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
  default = ""
}

variable "user_data" {
  type    = string
  default = null
}

variable "instance_refresh" {
  type    = any
  default = {}
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

variable "metadata_options" {
  type    = map(string)
  default = {}
}

data "aws_default_tags" "current" {}

locals {
  create    = var.create && var.putin_khuylo
  options   = var.metadata_options
  overrides = try(var.mixed_instances_policy.override, null)
  template  = var.create_launch_template ? aws_launch_template.this[0].name : var.launch_template
  version   = var.create_launch_template && var.launch_template_version == null ? aws_launch_template.this[0].latest_version : var.launch_template_version
  refreshes = length(var.instance_refresh) > 0 ? [var.instance_refresh] : []
  tags      = merge(data.aws_default_tags.current.tags, var.tags, { "Name" = var.instance_name != "" ? var.instance_name : var.name }, var.autoscaling_group_tags)
}

resource "aws_launch_template" "this" {
  count = var.create_launch_template ? 1 : 0

  image_id               = var.image_id
  user_data              = var.user_data
  update_default_version = var.update_default_version

  dynamic "metadata_options" {
    for_each = length(var.metadata_options) > 0 ? ["given"] : []
    content {
      http_endpoint               = lookup(local.options, "http_endpoint", null)
      http_tokens                 = lookup(local.options, "http_tokens", null)
      http_put_response_hop_limit = lookup(local.options, "http_put_response_hop_limit", null)
      http_protocol_ipv6          = lookup(local.options, "http_protocol_ipv6", null)
      instance_metadata_tags      = lookup(local.options, "instance_metadata_tags", null)
    }
  }
}

resource "aws_autoscaling_group" "this" {
  count = local.create && !var.ignore_desired_capacity_changes ? 1 : 0

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : ["one"]
    content {
      name    = local.template
      version = local.version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [var.mixed_instances_policy] : []
    content {
      launch_template {
        launch_template_specification {
          launch_template_name = local.template
          version              = local.version
        }

        dynamic "override" {
          for_each = local.overrides != null ? local.overrides : []
          content {
            instance_type = try(override.value.instance_type, null)

            dynamic "launch_template_specification" {
              for_each = try(override.value.launch_template_specification, null) != null ? ["other"] : []
              content {
                launch_template_id = try(override.value.launch_template_specification.launch_template_id, null)
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

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : ["one"]
    content {
      name    = local.template
      version = local.version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [var.mixed_instances_policy] : []
    content {
      launch_template {
        launch_template_specification {
          launch_template_name = local.template
          version              = local.version
        }

        dynamic "override" {
          for_each = local.overrides != null ? local.overrides : []
          content {
            instance_type = try(override.value.instance_type, null)

            dynamic "launch_template_specification" {
              for_each = try(override.value.launch_template_specification, null) != null ? ["other"] : []
              content {
                launch_template_id = try(override.value.launch_template_specification.launch_template_id, null)
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
