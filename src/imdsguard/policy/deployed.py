"""Which findings a plan does not make: they are deployed already.

A finding is, if the same rule says the same of the same resource before the plan, and the resource has the same
metadata options there: a plan that leaves a group alone, but changes its template, makes what is found at the group.
What a plan replaces is new. What a state holds is deployed, all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.environment import Stack
from imdsguard.model.finding import Verdict
from imdsguard.model.resource import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imdsguard.model.estate import Estate
    from imdsguard.model.finding import Finding

    Judge: TypeAlias = Callable[[Estate, frozenset[str]], Iterable[Finding]]
    """Gives what the rules of these ids find in an estate."""


def deployed_already(findings: Iterable[Finding], estate: Estate, judge: Judge) -> frozenset[Finding]:
    """Give those of `findings` that are deployed already. The estate before is judged only where that can matter."""
    history = estate.history
    found = [each for each in findings if each.root in history.states]
    asked = [each for each in findings if each.root in history.plans and _may_be(each)]
    before = estate.before
    if asked and before is not None:
        known = {_name(each) for each in judge(before, frozenset(each.rule for each in asked))}
        found += [each for each in asked if _name(each) in known and _same_options(each, estate, before)]
    return frozenset(found)


def _may_be(finding: Finding) -> bool:
    if finding.verdict is Verdict.PASS or finding.resource is None:
        return False
    return finding.resource.action not in (Action.CREATE, Action.REPLACE)


def _name(finding: Finding) -> tuple[str, str, str | None, Verdict, str]:
    """What makes two findings one; `_same_options` holds what they are about against each other."""
    return (finding.rule, f"{finding.root}\0{finding.address}", finding.region, finding.verdict, finding.aspect)


def _same_options(finding: Finding, estate: Estate, before: Estate) -> bool:
    stack = finding.resource.stack if finding.resource is not None else Stack(finding.root)
    now, then = (each.launch_at(stack, finding.address) for each in (estate, before))
    if now is None or then is None:
        return now is then
    return all(now.options[name].effective == then.options[name].effective for name in now.options)
