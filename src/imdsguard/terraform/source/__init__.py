"""Configurations as they are written: files, modules, variables, providers, resources."""
