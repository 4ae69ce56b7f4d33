"""What a person can do so that something unknown is known at the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.reason import ReasonKind

if TYPE_CHECKING:
    from imdsguard.model.reason import Reason

PLAN = "a plan in place of the source (terraform show -json PLANFILE | imdsguard scan -)"
STATE = "a state, after it is applied (terraform show -json | imdsguard scan -)"
INIT = "terraform init, which downloads the module, before the next run"
REGION = 'region = "..." in the provider block, or a plan in place of the source'
SOURCE = "the source in place of the plan: imdsguard scan the folder that it was made in"
INPUTS = "values for the variables behind it (--var-file FILE), or a plan in place of the source"
WORKSPACE = "the name of the workspace: --workspace NAME, or TF_WORKSPACE"
NEXT_ROUND = "the plan of the next round, in which Terraform plans it"

K = ReasonKind
_REMEDIES = (
    (PLAN, {K.DATA_SOURCE, K.PROVIDER_FUNCTION, K.PROVIDER_INSTANCE}),
    (WORKSPACE, {K.NO_WORKSPACE}),
    (INIT, {K.MODULE_MISSING, K.HANDED_ON}),
    (REGION, {K.REGION_NOT_NAMED, K.REGION_OUTSIDE}),
    (
        SOURCE,
        {
            K.NOT_IN_PLAN, K.FUNCTION_HIDDEN, K.LOCAL_HIDDEN, K.DYNAMIC_HIDDEN, K.DYNAMIC_POSSIBLE, K.CHOICE_HIDDEN,
            K.MIX_HIDDEN, K.NOT_IN_DOCUMENT,
        },
    ),
    (NEXT_ROUND, {K.DEFERRED}),
    (STATE, {K.AFTER_APPLY, K.DYNAMIC_UNCOUNTED}),
    (INPUTS, {K.NOT_COMPUTED, K.TEMPLATE_OUTSIDE, K.SETTING_UNSURE}),
)  # fmt: skip
"""What resolves which kinds; the first that fits counts, of all that a reason comes down to."""


def resolution(reason: Reason | None) -> str:
    """Say what would resolve a reason for which something is unknown; nothing where nothing the user has would."""
    if reason is None:
        return ""
    missing = next((each for each in reason.chain() if each.kind is K.NO_VALUE), None)
    if missing is not None:
        name = missing.subject.removeprefix("var.")
        return f"a value for var.{name}: --var-file FILE, or --var {name}=VALUE"
    kinds = {each.kind for each in reason.chain()}
    return next((remedy for remedy, those in _REMEDIES if kinds & those), "")
