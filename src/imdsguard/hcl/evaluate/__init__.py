"""Expressions to values: a node is compiled once and evaluated as often as there are scopes."""
