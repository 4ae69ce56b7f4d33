data "aws_iam_role" "nodes" {
  name = "${local.name}-eks-nodes"
}

resource "aws_launch_template" "nodes" {
  name                   = "${local.name}-nodes"
  update_default_version = true

  # Pods are one network hop further away.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
}

resource "aws_eks_node_group" "workers" {
  cluster_name    = local.name
  node_group_name = "workers"
  node_role_arn   = data.aws_iam_role.nodes.arn
  subnet_ids      = data.aws_subnets.private.ids
  ami_type        = "AL2023_x86_64_STANDARD"

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    desired_size = 3
    min_size     = 3
    max_size     = 9
  }
}
