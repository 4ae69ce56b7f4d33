"""Bounds on evaluation: hostile code may be slow to compute, but never for us.

Every bound has a generous default; reaching one raises `LimitReached`, which ends up as an unknown value with that reason.
"""
