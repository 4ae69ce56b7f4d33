"""What the machine is asked for: programs, and files that are written. The one place for each."""
