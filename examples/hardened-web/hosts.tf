# The way in for the operators.
resource "aws_instance" "bastion" {
  ami           = data.aws_ami.al2.id
  instance_type = "t3.micro"
  subnet_id     = data.aws_subnets.private.ids[0]

  # Turned on for the session manager agent.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  tags = {
    Name = "${local.name}-bastion"
  }
}

resource "aws_instance" "reports" {
  count = var.report_workers

  ami           = data.aws_ami.al2.id
  instance_type = "m6i.xlarge"
  subnet_id     = element(data.aws_subnets.private.ids, count.index)
  monitoring    = true

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  tags = {
    Name = "${local.name}-reports-${count.index}"
  }
}

# The tax appliance: the vendor hands out an image, and the launch template is ours.
data "aws_ssm_parameter" "tax_image" {
  name = "/vendor/tax-appliance/image"
}

resource "aws_launch_template" "tax" {
  name                   = "${local.name}-tax"
  image_id               = data.aws_ssm_parameter.tax_image.insecure_value
  instance_type          = "m6i.large"
  update_default_version = true

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}

resource "aws_instance" "tax" {
  launch_template {
    id      = aws_launch_template.tax.id
    version = aws_launch_template.tax.latest_version
  }

  tags = {
    Name = "${local.name}-tax"
  }
}

# Kept warm on the other coast. Says nothing of its own: the default of its Region makes tokens required, so that must
# be there first.
resource "aws_instance" "standby" {
  provider = aws.standby

  ami           = data.aws_ami.al2_standby.id
  instance_type = "t3.large"

  depends_on = [module.imds_watch_standby]

  tags = {
    Name = "${local.name}-standby"
  }
}
