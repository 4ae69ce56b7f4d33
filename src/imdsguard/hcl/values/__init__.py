"""Terraform's values: types, conversion, unification, unknowns with refinements, marks."""
