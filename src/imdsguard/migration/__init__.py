"""The whole migration on one page: from JSON of `inspect`, `scan` and `readiness` to HTML and Markdown."""
