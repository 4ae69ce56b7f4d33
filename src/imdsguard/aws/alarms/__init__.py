"""Alarms on the two metrics of the metadata service: which launches one watches, and what is wrong with it."""
