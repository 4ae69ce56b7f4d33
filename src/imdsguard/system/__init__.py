"""What the machine is asked for: programs, files that are read and written, paths. The one place for each."""
