variable "name" {
  type = string
}

variable "image_id" {
  type = string
}

variable "instance_type" {
  type = string
}

variable "min_size" {
  type = number
}

variable "max_size" {
  type = number
}

variable "subnet_ids" {
  type = list(string)
}

variable "metadata" {
  description = "How the instance metadata service answers; null leaves it to the account."

  type = object({
    http_tokens = optional(string)
    hop_limit   = optional(number, 1)
  })
  default = null
}
