"""Tags, as alarms select instances by them."""
