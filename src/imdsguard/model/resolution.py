"""What a person can do so that something unknown is known at the next run."""

from __future__ import annotations

import re

PLAN = "a plan in place of the source (terraform show -json PLANFILE | imdsguard scan -)"
STATE = "a state, after it is applied (terraform show -json | imdsguard scan -)"
INIT = "terraform init, which downloads the module, before the next run"
REGION = 'region = "..." in the provider block, or a plan in place of the source'
SOURCE = "the source in place of the plan: imdsguard scan the folder that it was made in"
INPUTS = "values for the variables behind it (--var-file FILE), or a plan in place of the source"

_VARIABLE = re.compile(r"\bvar\.([\w-]{1,80}) is a variable without a value")
_PHRASES = (
    ("is a variable without a value", INPUTS),
    ("is read by Terraform at plan or apply time", PLAN),
    ("is defined by a provider", PLAN),
    ("has for_each, which is not evaluated", PLAN),
    ("is not there: its outputs are not known", INIT),
    ("names no Region", REGION),
    ("the Region is set outside the code", REGION),
    ("a plan does not show", SOURCE),
    ("the plan does not show", SOURCE),
    ("the document does not show", SOURCE),
    ("Terraform has put off planning it", "the plan of the next round, in which Terraform plans it"),
    ("known only after apply", STATE),
    ("cannot be computed", INPUTS),
)
"""Parts of reasons, each with what resolves it; the first that fits counts: reasons that quote others end in them."""


def resolution(reason: str | None) -> str:
    """Say what would resolve a reason for which something is unknown; nothing where nothing the user has would."""
    if not reason:
        return ""
    named = _VARIABLE.search(reason)
    if named is not None:
        name = named.group(1)
        return f"a value for var.{name}: --var-file FILE, or --var {name}=VALUE"
    return next((remedy for phrase, remedy in _PHRASES if phrase in reason), "")
