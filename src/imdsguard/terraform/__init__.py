"""What is read: configurations, plans and states, as the same resources. Knows the language, and nothing of AWS."""
