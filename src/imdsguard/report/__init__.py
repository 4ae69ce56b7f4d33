"""One function a format: a report in, text out."""
