"""HCL, the language: bytes -> blocks -> expressions -> values.

Knows nothing of Terraform's configurations or of AWS.
"""
