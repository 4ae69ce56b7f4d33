locals {
  name = "web-${var.environment}"

  tags = {
    Environment = var.environment
    Team        = "web-platform"
    ManagedBy   = "terraform"
  }

  on_call = "arn:aws:sns:${var.region}:${data.aws_caller_identity.current.account_id}:on-call"
}

data "aws_caller_identity" "current" {}

data "aws_vpc" "main" {
  tags = {
    Name = var.vpc_name
  }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }

  tags = {
    Tier = "private"
  }
}

data "aws_ami" "al2" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-x86_64-gp2"]
  }
}

data "aws_ami" "al2_standby" {
  provider    = aws.standby
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-x86_64-gp2"]
  }
}
