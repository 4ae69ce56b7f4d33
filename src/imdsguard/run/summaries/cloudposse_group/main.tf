# What cloudposse/ec2-autoscale-group/aws 0.23.0 to 0.43.1 makes of its input: read at tags 0.23.0, 0.25.0, 0.35.0 and v0.43.1.

variable "enabled" {
  type    = bool
  default = null
}

variable "context" {
  type    = any
  default = {}
}

variable "metadata_http_endpoint_enabled" {
  type    = bool
  default = true
}

variable "metadata_http_put_response_hop_limit" {
  type    = number
  default = 2
}

variable "metadata_http_tokens_required" {
  type    = bool
  default = true
}

variable "metadata_http_protocol_ipv6_enabled" {
  type    = bool
  default = null
}

variable "metadata_instance_metadata_tags_enabled" {
  type    = bool
  default = null
}

variable "image_id" {
  type    = string
  default = ""
}

variable "user_data" {
  type    = string
  default = ""
}

variable "user_data_base64" {
  type    = string
  default = ""
}

variable "launch_template_version" {
  type    = string
  default = "$Latest"
}

variable "update_default_version" {
  type    = bool
  default = false
}

variable "enable_monitoring" {
  type    = bool
  default = true
}

variable "mixed_instances_policy" {
  type    = any
  default = null
}

variable "instance_refresh" {
  type    = any
  default = null
}

locals {
  enabled   = var.enabled != null ? var.enabled : lookup(var.context, "enabled", true)
  template  = one(aws_launch_template.default[*].id)
  version   = var.launch_template_version != "" ? var.launch_template_version : one(aws_launch_template.default[*].latest_version)
  overrides = try(var.mixed_instances_policy.override, null)
}

resource "aws_launch_template" "default" {
  count = local.enabled ? 1 : 0

  image_id               = var.image_id
  user_data              = var.user_data != "" ? base64encode(var.user_data) : var.user_data_base64
  update_default_version = var.update_default_version

  monitoring {
    enabled = var.enable_monitoring
  }

  metadata_options {
    http_endpoint               = var.metadata_http_endpoint_enabled ? "enabled" : "disabled"
    http_put_response_hop_limit = var.metadata_http_put_response_hop_limit
    http_tokens                 = var.metadata_http_tokens_required ? "required" : "optional"
    http_protocol_ipv6          = var.metadata_http_protocol_ipv6_enabled == null ? null : var.metadata_http_protocol_ipv6_enabled ? "enabled" : "disabled"
    instance_metadata_tags      = var.metadata_instance_metadata_tags_enabled == null ? null : var.metadata_instance_metadata_tags_enabled ? "enabled" : "disabled"
  }
}

resource "aws_autoscaling_group" "default" {
  count = local.enabled ? 1 : 0

  dynamic "launch_template" {
    for_each = var.mixed_instances_policy == null ? ["one"] : []
    content {
      id      = local.template
      version = local.version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.mixed_instances_policy != null ? ["one"] : []
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
          }
        }
      }
    }
  }

  dynamic "instance_refresh" {
    for_each = var.instance_refresh != null ? [var.instance_refresh] : []
    content {
      strategy = instance_refresh.value.strategy
      triggers = try(instance_refresh.value.triggers, null)
    }
  }
}
