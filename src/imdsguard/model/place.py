"""Where something stands in a file."""

from __future__ import annotations

from imdsguard.model.record import record

DOWNLOADED = (".terraform", ".terragrunt-cache")
"""Folders that hold what Terraform and Terragrunt have downloaded: nobody edits it, and git does not know it."""


@record(frozen=True, slots=True)
class Place:
    """A range of text in a file, for people: lines and columns count from 1, columns in characters.

    `file` is a POSIX path relative to the working directory. `line` 0 means "the file as a whole": what a
    plan or a state says has no line that a person could change.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    @property
    def downloaded(self) -> bool:
        """Whether the file is one that was downloaded, so that nobody can edit it."""
        return any(part in DOWNLOADED for part in self.file.split("/"))

    def __lt__(self, other: Place) -> bool:
        """Order places by file, then by line and column: what sorting needs."""
        return (self.file, self.line, self.column, self.end_line, self.end_column) < (
            other.file,
            other.line,
            other.column,
            other.end_line,
            other.end_column,
        )

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"
