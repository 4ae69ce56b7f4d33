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

variable "use_custom_launch_template" {
  type     = bool
  default  = true
  nullable = false
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
  count = var.create && var.create_launch_template && var.use_custom_launch_template ? 1 : 0

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

resource "aws_eks_node_group" "this" {
  count = var.create ? 1 : 0

  dynamic "launch_template" {
    for_each = var.use_custom_launch_template ? ["own"] : []
    content {
      id      = local.template
      version = local.version
    }
  }
}
