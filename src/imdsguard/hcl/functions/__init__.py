"""Terraform's functions, a file per family; `registry` finds them by name and loads a family at its first call."""
