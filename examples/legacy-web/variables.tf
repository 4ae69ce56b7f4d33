variable "environment" {
  description = "Which copy of the stack this is: dev or prod."
  type        = string

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment is dev or prod."
  }
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "standby_region" {
  type    = string
  default = "us-west-2"
}

variable "vpc_name" {
  description = "Name tag of the VPC that the network team made for us."
  type        = string
}

variable "services" {
  description = "The web services, each with an autoscaling group of its own."

  type = map(object({
    instance_type = optional(string, "t3.large")
    min_size      = optional(number, 2)
    max_size      = optional(number, 6)
    metadata = optional(object({
      http_tokens = optional(string)
      hop_limit   = optional(number, 1)
    }))
  }))
}

variable "report_workers" {
  description = "How many nightly report workers; none in dev."
  type        = number
  default     = 0
}
