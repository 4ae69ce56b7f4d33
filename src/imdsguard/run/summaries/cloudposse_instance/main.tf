# What cloudposse/ec2-instance/aws 0.28.0 to 2.0.0 makes of its input: read at tags 0.28.0 and v2.0.0.

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

variable "metadata_http_tokens_required" {
  type    = bool
  default = true
}

variable "user_data" {
  type    = string
  default = null
}

variable "user_data_base64" {
  type    = string
  default = null
}

variable "ami" {
  type    = string
  default = ""
}

variable "monitoring" {
  type    = bool
  default = true
}

locals {
  enabled = var.enabled != null ? var.enabled : lookup(var.context, "enabled", true)
}

resource "aws_instance" "default" {
  count = local.enabled ? 1 : 0

  ami              = var.ami
  user_data        = var.user_data
  user_data_base64 = var.user_data_base64
  monitoring       = var.monitoring

  metadata_options {
    http_endpoint = var.metadata_http_endpoint_enabled ? "enabled" : "disabled"
    http_tokens   = var.metadata_http_tokens_required ? "required" : "optional"
  }
}

output "id" {
  value = one(aws_instance.default[*].id)
}
