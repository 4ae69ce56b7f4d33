variable "template" {
  type = string
}

resource "aws_autoscaling_group" "this" {
  min_size           = 1
  max_size           = 3
  availability_zones = ["eu-west-1a"]

  launch_template {
    id = var.template
  }
}
