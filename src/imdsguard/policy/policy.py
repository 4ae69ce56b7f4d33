"""A policy: what the engine goes by."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.model.severity import Severity
from imdsguard.policy.assumptions import Assumptions
from imdsguard.policy.suppressions import Suppressions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.rule import Rule
    from imdsguard.policy.exemption import Exemption


@record(frozen=True, slots=True)
class Setting:
    """What a policy says about one rule. None: what the rule, or the policy as a whole, says.

    `parameters` is an instance of the rule's own `Parameters`. `on_deployed` is a severity's word, or `off`.
    """

    off: bool = False
    severity: Severity | None = None
    on_unknown: Severity | None = None
    on_deployed: str | None = None
    parameters: object | None = None


@record(frozen=True, slots=True)
class Policy:
    """Every rule is on, as it declares itself, unless `settings` has something else to say about it.

    `on_unknown` is how bad it is when a rule cannot tell, but never worse than what the rule would have found.
    `on_deployed` is how bad it is when what is found is deployed already, as plans and states show it: a severity's
    word, or `off`, with which it is not told; None: as bad as anything else.
    `fail_on` is the mildest severity that makes a run fail; None: no finding does. `assumptions` are what no single
    root module shows: which of them share an account, and which Region defaults are set elsewhere. `rules` are those
    that the policy brings itself: its requirements. `exemptions` are held against the findings (`exempt.exempt`).
    `suppressions` says what comments may suppress. `baseline` (a path, relative to the working directory) and
    `honor_comments` are what the options of these names say where they are not given.
    """

    name: str = "baseline"
    settings: Mapping[str, Setting] = field(default_factory=dict)
    on_unknown: Severity = Severity.WARNING
    fail_on: Severity | None = Severity.ERROR
    on_deployed: str | None = None
    assumptions: Assumptions = field(default_factory=Assumptions)
    rules: tuple[Rule, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    suppressions: Suppressions = Suppressions()
    baseline: str | None = None
    honor_comments: tuple[str, ...] = ()

    def setting(self, rule: str) -> Setting:
        """What is said about a rule."""
        return self.settings.get(rule, Setting())
