variable "tokens" {
  default = "required"
}

provider "aws" {
  region = "eu-west-1"
}

locals {
  stacks = { blue = var.tokens, green = "required" }
}

module "web" {
  source   = "./modules/web"
  for_each = local.stacks
  tokens   = each.value
}

module "bastion" {
  source = "./vendored/bastion"
}

resource "aws_instance" "counted" {
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = count.index == 0 ? "required" : "optional"
  }
}

resource "aws_instance" "overridden" {
  ami           = "ami-1"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_sns_topic" "calls" {
  name = "calls"
}

resource "aws_instance" "hidden" {
  ami           = "ami-1"
  instance_type = "t3.micro"

  dynamic "metadata_options" {
    for_each = aws_sns_topic.calls.arn == "" ? [] : ["required"]
    content {
      http_endpoint = "enabled"
      http_tokens   = metadata_options.value
    }
  }
}

resource "aws_instance" "ignoring" {
  ami           = "ami-1"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  lifecycle {
    ignore_changes = [metadata_options]
  }
}

resource "aws_instance" "plain" {
  ami           = "ami-1"
  instance_type = "t3.micro"
}
