# Security asked for "IMDSv2 by default". (It is set where the standby is; everything else runs in var.region.)
resource "aws_ec2_instance_metadata_defaults" "this" {
  provider = aws.standby

  http_tokens                 = "required"
  http_put_response_hop_limit = 1
}

# Wakes somebody up when software on a report worker still asks without a token.
resource "aws_cloudwatch_metric_alarm" "reports_rejected" {
  count = min(var.report_workers, 1)

  alarm_name          = "${local.name}-reports-imds-rejected"
  namespace           = "AWS/EC2"
  metric_name         = "MetadataNoTokenRejected"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.on_call]

  dimensions = {
    InstanceId = aws_instance.reports[0].id
  }
}
