environment    = "prod"
vpc_name       = "web-prod"
report_workers = 2

services = {
  shop = {
    max_size = 12
    metadata = { http_tokens = "required" }
  }

  # Checkout's payment SDK is from 2017 and knows no tokens.
  checkout = {
    instance_type = "c6i.xlarge"
    metadata      = { http_tokens = "optional" }
  }

  # Runs in containers, so two hops.
  search = {
    instance_type = "r6i.large"
    metadata      = { hop_limit = 2 }
  }
}
