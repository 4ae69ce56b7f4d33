"""The formats in which a scan can be given, each a module here with `render(report) -> str`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.report.report import Report

FORMATS = ("text", "concise", "json", "sarif", "github", "markdown", "junit", "gitlab", "csv")
"""In the order in which help shows them. The first two are imported apart: they know of terminals."""

FOR_PEOPLE = ("text", "concise")


def render(name: str, report: Report) -> str:
    """Give a scan in the format of that name, one of `FORMATS` of those for programs."""
    text: str = import_module(f"imdsguard.report.{name}").render(report)
    return text
