"""Text that stands for the contents of files without being written, and what was read of files before."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.system.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.hcl.syntax.body import SyntaxBody
    from imdsguard.model.problem import Problem
    from imdsguard.terraform.boundary import Boundary
    from imdsguard.terraform.source.configuration import Module


@record(frozen=True, slots=True)
class ParsedFile:
    """A file as it was parsed: its bytes, its body (None: nothing of it could be read), and what is wrong in it."""

    data: bytes
    body: SyntaxBody | None
    problems: tuple[Problem, ...]


@record(frozen=False, slots=True)
class Kept:
    """What several readings of the same files share: nothing that is not edited is read or parsed twice.

    All paths are absolute real paths. `parsed` and `scripts` (what `file()` and its like have read) are files as they
    were when they were first read. `modules` are merged folders with the bodies that they were made of. `readers` are
    the root modules that read a file by `file()` and its like or as variables, or look whether it, or what in a folder,
    is there; `boundaries` are how far reading goes
    from each root module. `units` are the files of Terragrunt units that were met, in order.
    """

    parsed: dict[str, ParsedFile] = field(default_factory=dict)
    scripts: dict[str, bytes] = field(default_factory=dict)
    modules: dict[str, tuple[tuple[SyntaxBody, ...], Module]] = field(default_factory=dict)
    readers: dict[str, set[str]] = field(default_factory=dict)
    boundaries: dict[str, Boundary] = field(default_factory=dict)
    units: dict[str, None] = field(default_factory=dict)


class Overlay:
    """Files as they would be with some texts edited. `texts` are whole contents by absolute real path.

    Readings that are given overlays of one family (`over`) see the same files, as they were when the first of them
    read them, and share all that no edit touches.
    """

    __slots__ = ("kept", "texts")

    def __init__(self, texts: Mapping[str, bytes] | None = None, kept: Kept | None = None) -> None:
        self.texts = dict(texts or {})
        self.kept = kept if kept is not None else Kept()

    def over(self, texts: Mapping[str, bytes]) -> Overlay:
        """Give the same files with these texts edited, and no others."""
        return Overlay(texts, self.kept)

    def read(self, path: str, real: str, *, script: bool = False) -> bytes:
        """Give the content of the file at `path`, whose real path is `real`; `script`: no folder's configuration.

        Raises `OSError`.
        """
        edited = self.texts.get(real)
        if edited is not None:
            return edited
        if script and real in self.kept.scripts:
            return self.kept.scripts[real]
        known = self.kept.parsed.get(real)
        data = known.data if known is not None else read_bytes(path)
        if script:
            self.kept.scripts[real] = data
        return data

    def note_reader(self, real: str, root: str) -> None:
        """Remember that the root module in the folder `root` reads a file that is no configuration."""
        self.kept.readers.setdefault(real, set()).add(root)
