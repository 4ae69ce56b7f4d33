"""What AWS does with the resources of a configuration: adapters by type, precedence of settings, coverage by alarms."""
