module "service" {
  source   = "./modules/service"
  for_each = var.services

  name          = "${local.name}-${each.key}"
  image_id      = data.aws_ami.al2.id
  instance_type = each.value.instance_type
  min_size      = each.value.min_size
  max_size      = each.value.max_size
  subnet_ids    = data.aws_subnets.private.ids
  hop_limit     = each.value.hop_limit
}
