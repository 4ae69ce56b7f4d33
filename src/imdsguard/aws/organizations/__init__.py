"""Policies of an AWS organisation that hold accounts to tokens."""
