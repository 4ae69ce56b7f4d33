"""The comments of other scanners, where the caller asks to honour them.

Sources: Checkov, "Suppressing and Skipping Policies"; Trivy, "Filtering: By Inline Comments" and "Misconfiguration:
Inline ignores"; tfsec, "Ignoring Checks". What depends on something we do not know (a pattern, an argument's value, a
workspace) is not honoured.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.suppress.directive import Said, is_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from imdsguard.model.rule import Rule

_MARKS = {"checkov": (b"checkov:skip", b"bridgecrew:skip"), "trivy": (b"trivy:ignore",), "tfsec": (b"tfsec:ignore",)}
"""What a file must hold for a tool's comments to be in it."""

_CHECKOV = re.compile(r"(?:checkov|bridgecrew):skip=[ \t]*([A-Za-z0-9_]+)(?::([^\n]*))?")
_TRIVY = re.compile(r"(trivy|tfsec):ignore:([A-Za-z0-9-]+)(?![\w*\[-])((?::(?:exp|ws):[^\s:]+)*)(?![:\[*])")
_OLD = {"aws079": "aws-ec2-enforce-http-token-imds"}
"""Ids that tfsec had before its 0.40."""


@record(frozen=True, slots=True)
class ForeignComments:
    """The comments to honour. `ids` leads from another scanner's check, in lower case, to the rules of ours."""

    tools: frozenset[str] = frozenset()
    ids: Mapping[str, tuple[str, ...]] | None = None

    @property
    def marks(self) -> tuple[bytes, ...]:
        """What a file must hold for such a comment to be in it."""
        return tuple(mark for tool in sorted(self.tools) for mark in _MARKS[tool])

    def read(self, text: str) -> Iterator[tuple[str, Said]]:
        """Give what a comment says to each tool, by the tool's name; checks that are not about IMDS are left out."""
        if "checkov" in self.tools:
            for match in _CHECKOV.finditer(text):
                yield from self._said("checkov", match[1], (match[2] or "").strip(), match[0].strip())
        for match in _TRIVY.finditer(text):
            if match[1] not in self.tools:
                continue
            options = match[3].split(":")[1:]
            if "ws" in options[::2]:
                continue
            until = options[1] if options else None
            if until is None or is_date(until):
                yield from self._said(match[1], match[2], "", match[0], until)

    def _said(
        self, tool: str, check: str, reason: str, text: str, until: str | None = None
    ) -> Iterator[tuple[str, Said]]:
        name = check.lower().removeprefix("avd-")
        rules = (self.ids or {}).get(_OLD.get(name, name))
        if rules:
            yield tool, Said(rules, reason or text, until)


def foreign_comments_of(tools: Iterable[str], rules: Iterable[Rule]) -> ForeignComments:
    """Put together which comments count, from what the rules say of the other scanners' checks (`CONTROLS`)."""
    ids: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        for framework in ("Checkov", "Trivy", "tfsec"):
            for check in rule.controls.get(framework, ()):
                name = check.lower().removeprefix("avd-")
                ids[name] = (*ids.get(name, ()), rule.id)
    return ForeignComments(frozenset(tools), ids)
