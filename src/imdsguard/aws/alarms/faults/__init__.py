"""What keeps an alarm from firing or from being heard: a small function for each row of what can be wrong."""
