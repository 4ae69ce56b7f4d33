# What terraform-aws-modules/ec2-instance/aws 3.0.0 to 4.5.0 makes of its input: read at tags v3.0.0, v4.3.0 and v4.5.0.

variable "create" {
  type    = bool
  default = true
}

variable "putin_khuylo" {
  type    = bool
  default = true
}

variable "create_spot_instance" {
  type    = bool
  default = false
}

variable "ignore_ami_changes" {
  type    = bool
  default = false
}

variable "name" {
  type    = string
  default = ""
}

variable "ami" {
  type    = string
  default = null
}

variable "ami_ssm_parameter" {
  type    = string
  default = "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2"
}

variable "user_data" {
  type    = string
  default = null
}

variable "user_data_base64" {
  type    = string
  default = null
}

variable "user_data_replace_on_change" {
  type    = bool
  default = null
}

variable "monitoring" {
  type    = bool
  default = null
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "instance_tags" {
  type    = map(string)
  default = {}
}

variable "metadata_options" {
  type    = map(string)
  default = {}
}

locals {
  create  = var.create && var.putin_khuylo
  ami     = var.ami != null && var.ami != "" ? var.ami : data.aws_ssm_parameter.image.value
  options = var.metadata_options == null ? {} : var.metadata_options
  tags    = merge({ "Name" = var.name }, var.instance_tags, var.tags)
}

data "aws_ssm_parameter" "image" {
  name = var.ami_ssm_parameter
}

resource "aws_instance" "this" {
  count = local.create && !var.ignore_ami_changes && !var.create_spot_instance ? 1 : 0

  ami                         = local.ami
  user_data                   = var.user_data
  user_data_base64            = var.user_data_base64
  user_data_replace_on_change = var.user_data_replace_on_change
  monitoring                  = var.monitoring
  tags                        = local.tags

  dynamic "metadata_options" {
    for_each = var.metadata_options != null ? ["given"] : []
    content {
      http_endpoint               = lookup(local.options, "http_endpoint", "enabled")
      http_tokens                 = lookup(local.options, "http_tokens", "optional")
      http_put_response_hop_limit = lookup(local.options, "http_put_response_hop_limit", "1")
      instance_metadata_tags      = lookup(local.options, "instance_metadata_tags", null)
    }
  }
}

resource "aws_instance" "ignore_ami" {
  count = local.create && var.ignore_ami_changes && !var.create_spot_instance ? 1 : 0

  ami                         = local.ami
  user_data                   = var.user_data
  user_data_base64            = var.user_data_base64
  user_data_replace_on_change = var.user_data_replace_on_change
  monitoring                  = var.monitoring
  tags                        = local.tags

  dynamic "metadata_options" {
    for_each = var.metadata_options != null ? ["given"] : []
    content {
      http_endpoint               = lookup(local.options, "http_endpoint", "enabled")
      http_tokens                 = lookup(local.options, "http_tokens", "optional")
      http_put_response_hop_limit = lookup(local.options, "http_put_response_hop_limit", "1")
      instance_metadata_tags      = lookup(local.options, "instance_metadata_tags", null)
    }
  }

  lifecycle {
    ignore_changes = [ami]
  }
}

resource "aws_spot_instance_request" "this" {
  count = local.create && var.create_spot_instance ? 1 : 0

  ami                         = local.ami
  user_data                   = var.user_data
  user_data_base64            = var.user_data_base64
  user_data_replace_on_change = var.user_data_replace_on_change
  monitoring                  = var.monitoring
  tags                        = local.tags

  dynamic "metadata_options" {
    for_each = var.metadata_options != null ? ["given"] : []
    content {
      http_endpoint               = lookup(local.options, "http_endpoint", "enabled")
      http_tokens                 = lookup(local.options, "http_tokens", "optional")
      http_put_response_hop_limit = lookup(local.options, "http_put_response_hop_limit", "1")
      instance_metadata_tags      = lookup(local.options, "instance_metadata_tags", null)
    }
  }
}

output "id" {
  value = try(aws_instance.this[0].id, aws_instance.ignore_ami[0].id, aws_spot_instance_request.this[0].spot_instance_id, null)
}
