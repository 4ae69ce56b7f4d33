"""The formats in which a scan can be given, each a module here with `render(report) -> str`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.report.report import Report

FORMATS = ("text", "json", "sarif", "github", "markdown", "junit", "gitlab", "csv")
"""In the order in which help shows them. `text` is imported apart: it knows of terminals."""


def render(name: str, report: Report) -> str:
    """Give a scan in the format of that name, one of `FORMATS` other than `text`."""
    text: str = import_module(f"imdsguard.report.{name}").render(report)
    return text
