"""Asking AWS, before tokens are required, whether what runs still calls without one: used by the command line alone."""
