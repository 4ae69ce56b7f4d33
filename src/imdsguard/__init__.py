"""imdsguard: stops EC2 instances reachable by IMDSv1 from ever being deployed."""
