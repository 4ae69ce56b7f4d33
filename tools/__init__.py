"""What `make` runs for those who work on imdsguard; no part of the package."""
