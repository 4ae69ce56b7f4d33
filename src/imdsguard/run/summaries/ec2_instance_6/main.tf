# What terraform-aws-modules/ec2-instance/aws 6.0.0 to 6.4.0 makes of its input: read at tags v6.0.0 and v6.4.0.

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
  default = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
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
  create = var.create && var.putin_khuylo
  ami    = var.ami != null && var.ami != "" ? var.ami : data.aws_ssm_parameter.image.value
  tags   = merge(var.tags, var.instance_tags, var.name != "" ? { "Name" = var.name } : {})
}

data "aws_ssm_parameter" "image" {
  name = var.ami_ssm_parameter
}

resource "aws_instance" "this" {
  count = local.create && !var.ignore_ami_changes && !var.create_spot_instance ? 1 : 0

  region                      = var.region
  ami                         = local.ami
  user_data                   = var.user_data
  user_data_base64            = var.user_data_base64
  user_data_replace_on_change = var.user_data_replace_on_change
  monitoring                  = var.monitoring
  tags                        = local.tags

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

resource "aws_instance" "ignore_ami" {
  count = local.create && var.ignore_ami_changes && !var.create_spot_instance ? 1 : 0

  region                      = var.region
  ami                         = local.ami
  user_data                   = var.user_data
  user_data_base64            = var.user_data_base64
  user_data_replace_on_change = var.user_data_replace_on_change
  monitoring                  = var.monitoring
  tags                        = local.tags

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

  lifecycle {
    ignore_changes = [ami]
  }
}

resource "aws_spot_instance_request" "this" {
  count = local.create && var.create_spot_instance ? 1 : 0

  region                      = var.region
  ami                         = local.ami
  user_data                   = var.user_data
  user_data_base64            = var.user_data_base64
  user_data_replace_on_change = var.user_data_replace_on_change
  monitoring                  = var.monitoring
  tags                        = local.tags

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

output "id" {
  value = try(aws_instance.this[0].id, aws_instance.ignore_ami[0].id, aws_spot_instance_request.this[0].spot_instance_id, null)
}
