# What cloudposse/eks-node-group/aws 0.25.0 to 0.28.1 and 2.0.0 to 2.12.0 make of their input: read at tags 0.25.0, 0.28.1,
# 2.0.0 and 2.12.0. (1.0.0 is as 0.24 was.)

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

variable "create_before_destroy" {
  type    = bool
  default = false
}

variable "ami_type" {
  type    = string
  default = "AL2_x86_64"
}

variable "ami_image_id" {
  type    = list(string)
  default = []
}

variable "launch_template_id" {
  type    = list(string)
  default = []
}

variable "launch_template_version" {
  type    = list(string)
  default = []
}

variable "userdata_override_base64" {
  type    = list(string)
  default = []
}

variable "before_cluster_joining_userdata" {
  type    = list(string)
  default = []
}

variable "after_cluster_joining_userdata" {
  type    = list(string)
  default = []
}

variable "detailed_monitoring_enabled" {
  type    = bool
  default = false
}

locals {
  enabled  = var.enabled != null ? var.enabled : lookup(var.context, "enabled", true)
  given    = length(var.launch_template_id) == 1
  template = local.given ? var.launch_template_id[0] : one(aws_launch_template.default[*].id)
  version = length(var.launch_template_version) == 1 ? var.launch_template_version[0] : (
    local.given ? one(data.aws_launch_template.this[*].latest_version) : one(aws_launch_template.default[*].latest_version)
  )
  scripts   = concat(var.before_cluster_joining_userdata, var.after_cluster_joining_userdata)
  user_data = length(var.userdata_override_base64) > 0 ? var.userdata_override_base64[0] : length(local.scripts) > 0 ? base64encode(join("\n", concat(["#!/bin/bash"], local.scripts))) : null
}

data "aws_launch_template" "this" {
  count = local.enabled && local.given ? 1 : 0

  id = var.launch_template_id[0]
}

resource "aws_launch_template" "default" {
  count = local.enabled && !local.given ? 1 : 0

  image_id               = length(var.ami_image_id) > 0 ? var.ami_image_id[0] : null
  user_data              = local.user_data
  update_default_version = true

  monitoring {
    enabled = var.detailed_monitoring_enabled
  }

  metadata_options {
    http_endpoint               = var.metadata_http_endpoint_enabled ? "enabled" : "disabled"
    http_put_response_hop_limit = var.metadata_http_put_response_hop_limit
    http_tokens                 = var.metadata_http_tokens_required ? "required" : "optional"
  }
}

resource "aws_eks_node_group" "default" {
  count = local.enabled && !var.create_before_destroy ? 1 : 0

  ami_type = length(var.ami_image_id) > 0 ? null : var.ami_type

  launch_template {
    id      = local.template
    version = local.version
  }
}

resource "aws_eks_node_group" "cbd" {
  count = local.enabled && var.create_before_destroy ? 1 : 0

  ami_type = length(var.ami_image_id) > 0 ? null : var.ami_type

  launch_template {
    id      = local.template
    version = local.version
  }
}
