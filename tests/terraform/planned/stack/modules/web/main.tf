variable "tokens" {
  type = string
}

resource "aws_launch_template" "this" {
  image_id      = "ami-1"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = var.tokens
  }
}

module "group" {
  source   = "../group"
  template = aws_launch_template.this.id
}
