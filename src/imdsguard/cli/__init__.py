"""See the design of the house in CONTRIBUTING.md."""
