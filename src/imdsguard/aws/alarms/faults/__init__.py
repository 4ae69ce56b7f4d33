"""What keeps an alarm from firing or from notifying anybody: a small function for each row of what can be wrong."""
