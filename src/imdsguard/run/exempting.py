"""The policy's exemptions, held against what a run found."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.rule import Rule
    from imdsguard.policy.exemption import Exemption
    from imdsguard.policy.policy import Policy
    from imdsguard.run.reading import Read


def exempted(
    findings: tuple[Finding, ...], found: Read, policy: Policy, rules: Sequence[Rule], *, complete: bool
) -> tuple[Finding, ...]:
    """Mark what the policy exempts today, and add what is to be said of the exemptions themselves.

    `complete`: nothing kept the run from reading and judging all it was given. Only then, and only if it was given the
    whole project of a policy, it may say that nothing needs an exemption: a run on a few changed files cannot tell.
    """
    from imdsguard.policy.exempt import exempt
    from imdsguard.run.today import today

    seen = [os.path.realpath(folder) for folder in found.folders] if complete else []

    def whole(exemption: Exemption) -> bool:
        project = project_of(exemption.place.file)
        return any(project == folder or project.startswith(os.path.join(folder, "")) for folder in seen)

    return exempt(findings, policy, today(), rules, whole)


def project_of(policy: str) -> str:
    """Give the folder that a policy's file speaks of: that of `.imdsguard.yaml`, else the repository, else its own."""
    from imdsguard.policy.read import CONFIG

    own = os.path.dirname(os.path.realpath(policy))
    if os.path.basename(policy) == CONFIG:
        return own
    folder = own
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return own
        folder = above
    return folder
