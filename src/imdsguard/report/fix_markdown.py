"""Fixes for a comment or a job summary: each as a block `diff`, and why some are unsafe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.report.escape_markdown import block, code, prose
from imdsguard.report.fix_patch import hunks_of
from imdsguard.report.fix_text import summary
from imdsguard.report.repository_places import file_from_top

if TYPE_CHECKING:
    from imdsguard.model.fix import Fixes

LARGEST = 1_000_000
"""Bytes, of the 1 MiB that GitHub takes (see `imdsguard.report.markdown`)."""


def fixes_markdown(fixes: Fixes) -> str:
    """Give the document. Where it would be too large, the last files are only named."""
    parts = ["## imdsguard fix", f"{summary(fixes)}."]
    after = dict(fixes.after)
    room = LARGEST
    for file, before in fixes.before:
        path = file_from_top(file, fixes.prefix)
        parts.append(f"### {code(path)}")
        for fix in fixes.offered:
            if fix.edits[0].file == file:
                about = ", ".join(dict.fromkeys(f"{code(each.rule)} {code(each.address)}" for each in fix.findings))
                lines = [f"- {about}: {prose(fix.title)}"]
                lines += [f"  - unsafe: {prose(why)}" for why in fix.why_unsafe]
                parts.append("\n".join(lines))
        text = b"".join(hunks_of(before, after[file])).decode("utf-8", "replace")
        shown = block(text.rstrip("\n"), "diff") if len(text) < room else "(too long to be shown here)"
        room -= len(shown)
        parts.append(shown)
    return "\n\n".join(parts) + "\n"
