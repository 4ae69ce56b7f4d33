"""What AWS does with resources: one record for each type, precedence of settings, coverage by alarms."""
