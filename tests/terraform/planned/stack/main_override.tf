resource "aws_instance" "overridden" {
  metadata_options {
    http_tokens = "optional"
  }
}
