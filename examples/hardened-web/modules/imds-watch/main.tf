# What one account and Region needs: tokens required for everything that says nothing itself, and an alarm on each
# call that is refused for want of one, whichever instance it comes from and whenever that was launched.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "name" {
  type = string
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  http_tokens                 = "required"
  http_put_response_hop_limit = 1
}

resource "aws_sns_topic" "security" {
  name = "${var.name}-imds"
}

resource "aws_cloudwatch_metric_alarm" "rejected" {
  alarm_name          = "${var.name}-imds-rejected"
  alarm_description   = "Software on an EC2 instance asked IMDS without a token, and was refused."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.security.arn]

  metric_query {
    id          = "rejected"
    expression  = "SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
    period      = 300
    return_data = true
  }
}
