module "imds_watch" {
  source = "./modules/imds-watch"

  name = local.name
}

module "imds_watch_standby" {
  source = "./modules/imds-watch"

  providers = {
    aws = aws.standby
  }

  name = "${local.name}-standby"
}

# The report workers run customers' queries: each has an alarm of its own, with its name in it.
resource "aws_cloudwatch_metric_alarm" "reports_rejected" {
  for_each = { for index, instance in aws_instance.reports : tostring(index) => instance.id }

  alarm_name          = "${local.name}-reports-${each.key}-imds-rejected"
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
    InstanceId = each.value
  }
}
