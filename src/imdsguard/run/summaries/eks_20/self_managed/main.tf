# What terraform-aws-modules/eks/aws 19.0.0 to 20.37.2 makes of its input: read at tags v19.0.0, v19.21.0, v20.0.0 and
# v20.37.2.

variable "create" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_launch_template" {
  type     = bool
  default  = true
  nullable = false
}

variable "launch_template_id" {
  type     = string
  default  = ""
  nullable = false
}

variable "launch_template_version" {
  type    = string
  default = null
}

variable "update_launch_template_default_version" {
  type     = bool
  default  = true
  nullable = false
}

variable "ami_id" {
  type     = string
  default  = ""
  nullable = false
}

variable "pre_bootstrap_user_data" {
  type     = string
  default  = ""
  nullable = false
}

variable "create_autoscaling_group" {
  type     = bool
  default  = true
  nullable = false
}

variable "use_mixed_instances_policy" {
  type     = bool
  default  = false
  nullable = false
}

variable "mixed_instances_policy" {
  type    = any
  default = null
}

variable "metadata_options" {
  type     = map(string)
  default  = {}
  nullable = false
}

locals {
  template = var.create && var.create_launch_template ? one(aws_launch_template.this[*].id) : var.launch_template_id
  version  = var.launch_template_version != null ? var.launch_template_version : var.create_launch_template ? one(aws_launch_template.this[*].default_version) : "$Default"
}

resource "aws_launch_template" "this" {
  count = var.create && var.create_launch_template ? 1 : 0

  image_id               = var.ami_id != "" ? var.ami_id : null
  update_default_version = var.update_launch_template_default_version
  user_data              = var.pre_bootstrap_user_data != "" ? base64encode(var.pre_bootstrap_user_data) : null

  dynamic "metadata_options" {
    for_each = length(var.metadata_options) > 0 ? ["given"] : []
    content {
      http_endpoint               = lookup(var.metadata_options, "http_endpoint", null)
      http_tokens                 = lookup(var.metadata_options, "http_tokens", null)
      http_put_response_hop_limit = lookup(var.metadata_options, "http_put_response_hop_limit", null)
      http_protocol_ipv6          = lookup(var.metadata_options, "http_protocol_ipv6", null)
      instance_metadata_tags      = lookup(var.metadata_options, "instance_metadata_tags", null)
    }
  }
}

resource "aws_autoscaling_group" "this" {
  count = var.create && var.create_autoscaling_group ? 1 : 0

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : ["own"]
    content {
      id      = local.template
      version = local.version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? ["own"] : []
    content {
      launch_template {
        launch_template_specification {
          launch_template_id = local.template
          version            = local.version
        }

        dynamic "override" {
          for_each = try([for each in var.mixed_instances_policy.override : each], [])
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
}
