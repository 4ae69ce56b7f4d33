"""What AWS does with the resources of a configuration: one record for each type, precedence of settings, coverage by alarms."""
