terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# The standby site. Everything in it must name this provider.
provider "aws" {
  alias  = "standby"
  region = var.standby_region

  default_tags {
    tags = local.tags
  }
}
