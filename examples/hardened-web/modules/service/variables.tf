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

variable "hop_limit" {
  description = "How many network hops an answer of the metadata service may take: 2 for software in containers."
  type        = number
  default     = 1
}
