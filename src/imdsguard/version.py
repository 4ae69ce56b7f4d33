"""The version, in one place: packaging, `--version` and the reports read it here."""

__version__ = "0.1.0"
