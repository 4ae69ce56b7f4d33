"""Whether a file can matter at all, told from its bytes.

A repository has megabytes of HCL of which a few kilobytes matter. One pass of a compiled pattern says which files name
a resource type that somebody wants; no other file is parsed unless something refers into it.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MODULE = re.compile(rb"(?<![.\w-])module[\"\s/]")
REMOTE = b"remote-exec"
"""The provisioner that runs commands on a machine: a resource of any type may have it."""
_OPENING = re.compile(rb"[A-Za-z_/#{\"\xef\xbb\xbf\s]")


class Prefilter:
    """The pattern for a set of wanted types (`aws_instance`, `data.aws_ami`).

    A file with nothing but data sources of wanted types does not matter: they say more of what stands elsewhere, and
    some are in every other file. If only data sources are wanted, they count.
    """

    __slots__ = ("_types",)

    def __init__(self, wanted: frozenset[str]) -> None:
        managed = {name for name in wanted if not name.startswith("data.")}
        names = sorted(managed or {name.rpartition(".")[2] for name in wanted})
        # Types of one provider share their first word: a pattern that starts with it is found much faster.
        branches = [
            re.escape(head)
            + "_(?:"
            + "|".join(sorted((re.escape(n.partition("_")[2]) for n in group), reverse=True))
            + ")"
            for head, group in groupby(names, key=lambda n: n.partition("_")[0])
        ]
        self._types = [re.compile(branch.encode() + rb"(?![\w-])") for branch in branches]

    @staticmethod
    def of_providers(data: bytes, providers: Sequence[str]) -> bool:
        """Whether a type of one of these providers (by the first word of its types) may stand here."""
        return re.search(rb"(?<![\w-])(?:" + "|".join(providers).encode() + rb")_\w", data) is not None

    def matters(self, data: bytes) -> bool:
        """Whether a wanted type, or what runs commands on a machine, may be declared here.

        Escaped characters could hide one, so they count.
        """
        return any(pattern.search(data) for pattern in self._types) or REMOTE in data or self._escapes(data)

    @classmethod
    def runs_commands(cls, data: bytes) -> bool:
        """Whether a provisioner that runs commands on a machine may stand here."""
        return REMOTE in data or cls._escapes(data)

    @staticmethod
    def _escapes(data: bytes) -> bool:
        return b"\\u" in data or b"\\U" in data

    @staticmethod
    def calls(data: bytes) -> bool:
        """Whether a module may be called here."""
        return b"module" in data and (_MODULE.search(data) is not None or b"\\u" in data)

    @staticmethod
    def suspicious(data: bytes) -> bool:
        """Whether the text may be broken, told without parsing: then it is parsed even if it seems not to matter."""
        if data.count(b"{") != data.count(b"}") or data.count(b"[") != data.count(b"]") or b"\0" in data:
            return True
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return True
        return bool(data.strip()) and _OPENING.match(data) is None
