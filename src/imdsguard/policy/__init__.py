"""YAML to a typed selection of rules: which are on, how bad what they find is, and with which parameters."""
