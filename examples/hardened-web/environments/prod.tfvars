environment    = "prod"
vpc_name       = "web-prod"
report_workers = 2

services = {
  shop = {
    max_size = 12
  }

  checkout = {
    instance_type = "c6i.xlarge"
  }

  # Runs in containers, which share the host's network: one hop is enough.
  search = {
    instance_type = "r6i.large"
  }
}
