# What terraform-aws-modules/eks/aws 21.0.0 to 21.19.0 makes of its input: read at tags v21.0.0 and v21.19.0.

variable "create" {
  type    = bool
  default = true
}

variable "eks_managed_node_groups" {
  type    = any
  default = {}
}

variable "self_managed_node_groups" {
  type    = any
  default = {}
}

variable "outpost_config" {
  type    = any
  default = null
}

variable "compute_config" {
  type    = any
  default = null
}

variable "region" {
  type    = string
  default = null
}

locals {
  in_cloud = var.create && try(length(var.outpost_config), 0) == 0
  auto     = try(var.compute_config.enabled, false)
}

resource "aws_eks_cluster" "this" {
  count = var.create ? 1 : 0

  region = var.region

  dynamic "compute_config" {
    for_each = local.auto ? ["on"] : []
    content {
      enabled    = true
      node_pools = try(var.compute_config.node_pools, null)
    }
  }
}

module "eks_managed_node_group" {
  source   = "./managed"
  for_each = try({ for name, group in var.eks_managed_node_groups : name => group if local.in_cloud }, {})

  region                                 = var.region
  create                                 = try(each.value.create, null)
  create_launch_template                 = try(each.value.create_launch_template, null)
  launch_template_id                     = try(each.value.launch_template_id, null)
  launch_template_version                = try(each.value.launch_template_version, null)
  update_launch_template_default_version = try(each.value.update_launch_template_default_version, null)
  ami_id                                 = try(each.value.ami_id, null)
  pre_bootstrap_user_data                = try(each.value.pre_bootstrap_user_data, null)
  metadata_options                       = try(each.value.metadata_options, null)
  use_custom_launch_template             = try(each.value.use_custom_launch_template, null)
}

module "self_managed_node_group" {
  source   = "./self_managed"
  for_each = try({ for name, group in var.self_managed_node_groups : name => group if var.create }, {})

  region                                 = var.region
  create                                 = try(each.value.create, null)
  create_launch_template                 = try(each.value.create_launch_template, null)
  launch_template_id                     = try(each.value.launch_template_id, null)
  launch_template_version                = try(each.value.launch_template_version, null)
  update_launch_template_default_version = try(each.value.update_launch_template_default_version, null)
  ami_id                                 = try(each.value.ami_id, null)
  pre_bootstrap_user_data                = try(each.value.pre_bootstrap_user_data, null)
  metadata_options                       = try(each.value.metadata_options, null)
  create_autoscaling_group               = try(each.value.create_autoscaling_group, null)
  use_mixed_instances_policy             = try(each.value.use_mixed_instances_policy, null)
  mixed_instances_policy                 = try(each.value.mixed_instances_policy, null)
}
