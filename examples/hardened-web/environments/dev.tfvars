environment = "dev"
vpc_name    = "web-dev"

services = {
  shop = {
    instance_type = "t3.small"
    min_size      = 1
    max_size      = 1
  }
}
