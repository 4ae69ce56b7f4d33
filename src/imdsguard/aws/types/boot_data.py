"""What user data is made of: parts of a MIME message, and templates.

A `template_file` is rendered here as far as it takes to read a script: names of variables are replaced by their
values, all other expressions stay unknown, and of `%{ if }` and `%{ for }` both what they choose and what they leave
out is kept. (Terraform template provider, `template_file`)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.aws.types.resource_type import ResourceType
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.source_map import SourceMap
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

GAP = "\ufffc"
"""Stands for what is not known, as in `Unknown.sketch`."""
LARGEST = 1_000_000
_SEQUENCE = re.compile(r"\$\$\{|%%\{|\$\{~?\s*([^{}]{0,200}?)\s*~?\}|%\{[^{}]{0,200}\}|\$\{|%\{")
REASON = Reason(ReasonKind.NOT_COMPUTED, "a part of this template_file")


def parts_of_message(resource: Resource) -> Iterator[tuple[str, Value]]:
    """Yield name and content of each part of a `cloudinit_config`; parts that cannot be counted are one unknown."""
    found = resource.body.blocks("part")
    for number, part in enumerate(found.items, 1):
        kind = text_of(part.attribute("content_type")) or "text/plain"
        yield f"part {number} ({kind})", part.attribute("content")
    if found.unknown is not None:
        yield "part ?", found.unknown


def rendered_template(resource: Resource) -> Iterator[tuple[str, Value]]:
    """Yield what a `template_file` gives."""
    template = resource.body.attribute("template")
    text = _text(template)
    if isinstance(template, Absent) or text is None or len(text) > LARGEST:
        yield "", template
        return
    rendered, lines_kept = _rendered(text, resource.body.attribute("vars"))
    assert isinstance(template, (Known, Unknown))
    kept = template.written if lines_kept else None
    written = SourceMap(rendered, kept.anchors) if kept is not None and kept.text == text else None
    if isinstance(template, Known) and GAP not in rendered:
        yield "", Known(rendered, template.place, template.trace, template.sensitive, written)
    elif isinstance(template, Unknown) or not template.sensitive:
        reason = template.reason if isinstance(template, Unknown) else REASON
        yield "", Unknown(reason, (), template.place, template.trace, sketch=rendered, written=written)
    else:
        yield "", Unknown(REASON, (), template.place, template.trace)


def _text(template: Value) -> str | None:
    if isinstance(template, Known):
        return template.value if isinstance(template.value, str) else None
    return template.sketch if isinstance(template, Unknown) else None


def _rendered(text: str, variables: Value) -> tuple[str, bool]:
    """Put the variables in. The second value says whether every line is still where it was."""
    given = variables.value if isinstance(variables, Known) and isinstance(variables.value, Mapping) else {}
    kept = True

    def put(found: re.Match[str]) -> str:
        nonlocal kept
        sequence = found.group()
        if sequence in ("$${", "%%{"):
            return sequence[1:]
        if sequence.startswith("%"):
            return ""
        value = given.get(found.group(1) or "")
        plain = value.value if isinstance(value, Known) and not value.sensitive else None
        if isinstance(plain, bool):
            return str(plain).lower()
        if not isinstance(plain, (str, int, float)):
            return GAP
        kept = kept and "\n" not in str(plain)
        return str(plain)

    rendered = _SEQUENCE.sub(put, text)
    return rendered[:LARGEST], kept


TYPES: tuple[ResourceType, ...] = (
    ResourceType(name="data.cloudinit_config", parts=parts_of_message),
    ResourceType(name="data.template_cloudinit_config", parts=parts_of_message),  # its name in the template provider
    ResourceType(name="data.template_file", parts=rendered_template),
)
