"""Arguments that may be null although a plan shows them as not known yet, for their provider fills them in.

`id = var.a ? x.id : null` beside `name = var.a ? null : "golden"`: a plan shows an `id` that is not known and that
was made from `x.id`, whichever of both is set. It is `x.id` where nothing else is there that could be set instead.
(The schemas of the AWS provider 6: of the arguments by which we find another resource, these are optional and
computed; one of `id` and `name` has to be set, and so has one of `ami` and `launch_template`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.terraform.documents.addresses import key_of, steps_of
from imdsguard.terraform.documents.plan_configuration import most_specific

if TYPE_CHECKING:
    from collections.abc import Sequence

SPECIFICATIONS = frozenset({"launch_template", "launch_template_specification"})
INSTEAD = {
    "id": "name",
    "name": "id",
    "launch_template_id": "launch_template_name",
    "launch_template_name": "launch_template_id",
}
"""What else may be set in such a block."""
IMAGE, TEMPLATE = "ami", "launch_template"
ELSEWHERE = {"var", "local", "module", "each", "count", "path", "terraform"}
"""Names of which a plan does not show at this place what they stand for."""


def instead_of(name: str, block: str) -> str | None:
    """Name the argument or block that may be set instead of an argument. `block` is its own, or empty at the top."""
    if block in SPECIFICATIONS:
        return INSTEAD.get(name)
    return TEMPLATE if name == IMAGE and not block else None


def direct(references: Sequence[str]) -> bool:
    """Whether an expression has one attribute of a resource in it and nothing that could decide to leave it out.

    What refers to all of a resource may be `length(x) > 0 ? null : "golden"`.
    """
    found = most_specific(references)
    if len(found) != 1:
        return False
    root, *rest = steps_of(found[0]) or ("",)
    attribute = rest[2 if root in ("data", "resource") else 1 :]
    return str(root) not in ELSEWHERE and any(key_of(step) is None for step in attribute)
