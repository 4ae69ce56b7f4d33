"""What to write instead, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.instead import Expression, Instead

if TYPE_CHECKING:
    from imdsguard.model.instead import Plain, Remedy


def remedy_text(remedy: Remedy) -> str:
    """Give a remedy as text: a text as it is, arguments as Terraform's formatter aligns them."""
    if not isinstance(remedy, Instead):
        return remedy
    width = max((len(name) for name, _ in remedy.arguments), default=0)
    lines = [f"{name:<{width}} = {_value(value)}" for name, value in remedy.arguments]
    text = "\n".join(lines) + remedy.rest
    text = f"in the block of {remedy.block}\n{text}" if remedy.block else text
    return f"{remedy.first}, or\n{text}" if remedy.first else text


def _value(value: Plain) -> str:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(each.text for each in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
