# What terraform-aws-modules/eks/aws 19.0.0 to 20.37.2 makes of its input: read at tags v19.0.0, v19.21.0, v20.0.0 and
# v20.37.2.

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

variable "eks_managed_node_group_defaults" {
  type    = any
  default = {}
}

variable "self_managed_node_group_defaults" {
  type    = any
  default = {}
}

variable "outpost_config" {
  type    = any
  default = {}
}

variable "cluster_compute_config" {
  type    = any
  default = {}
}

locals {
  in_cloud = var.create && try(length(var.outpost_config), 0) == 0
  auto     = try(var.cluster_compute_config.enabled, false)
  metadata_options = {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 2
    http_tokens                 = "required"
  }
}

resource "aws_eks_cluster" "this" {
  count = var.create ? 1 : 0

  dynamic "compute_config" {
    for_each = local.auto ? ["on"] : []
    content {
      enabled    = true
      node_pools = try(var.cluster_compute_config.node_pools, null)
    }
  }
}

module "eks_managed_node_group" {
  source   = "./managed"
  for_each = try({ for name, group in var.eks_managed_node_groups : name => group if local.in_cloud }, {})

  create                                 = try(each.value.create, null)
  create_launch_template                 = try(each.value.create_launch_template, var.eks_managed_node_group_defaults.create_launch_template, null)
  launch_template_id                     = try(each.value.launch_template_id, var.eks_managed_node_group_defaults.launch_template_id, null)
  launch_template_version                = try(each.value.launch_template_version, var.eks_managed_node_group_defaults.launch_template_version, null)
  update_launch_template_default_version = try(each.value.update_launch_template_default_version, var.eks_managed_node_group_defaults.update_launch_template_default_version, null)
  ami_id                                 = try(each.value.ami_id, var.eks_managed_node_group_defaults.ami_id, null)
  pre_bootstrap_user_data                = try(each.value.pre_bootstrap_user_data, var.eks_managed_node_group_defaults.pre_bootstrap_user_data, null)
  metadata_options                       = try(each.value.metadata_options, var.eks_managed_node_group_defaults.metadata_options, local.metadata_options)
  use_custom_launch_template             = try(each.value.use_custom_launch_template, var.eks_managed_node_group_defaults.use_custom_launch_template, null)
}

module "self_managed_node_group" {
  source   = "./self_managed"
  for_each = try({ for name, group in var.self_managed_node_groups : name => group if var.create }, {})

  create                                 = try(each.value.create, null)
  create_launch_template                 = try(each.value.create_launch_template, var.self_managed_node_group_defaults.create_launch_template, null)
  launch_template_id                     = try(each.value.launch_template_id, var.self_managed_node_group_defaults.launch_template_id, null)
  launch_template_version                = try(each.value.launch_template_version, var.self_managed_node_group_defaults.launch_template_version, null)
  update_launch_template_default_version = try(each.value.update_launch_template_default_version, var.self_managed_node_group_defaults.update_launch_template_default_version, null)
  ami_id                                 = try(each.value.ami_id, var.self_managed_node_group_defaults.ami_id, null)
  pre_bootstrap_user_data                = try(each.value.pre_bootstrap_user_data, var.self_managed_node_group_defaults.pre_bootstrap_user_data, null)
  metadata_options                       = try(each.value.metadata_options, var.self_managed_node_group_defaults.metadata_options, local.metadata_options)
  create_autoscaling_group               = try(each.value.create_autoscaling_group, var.self_managed_node_group_defaults.create_autoscaling_group, null)
  use_mixed_instances_policy             = try(each.value.use_mixed_instances_policy, var.self_managed_node_group_defaults.use_mixed_instances_policy, null)
  mixed_instances_policy                 = try(each.value.mixed_instances_policy, var.self_managed_node_group_defaults.mixed_instances_policy, null)
}
