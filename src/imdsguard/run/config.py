"""What a command that judges was asked for, and what it judges by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.rule import Rule
    from imdsguard.policy.policy import Policy


@record(frozen=True, slots=True)
class Reporting:
    """What the options of `report_options` say."""

    policy: str | None
    checks: tuple[str, ...]
    form: str
    outputs: tuple[str, ...]
    fail_on: str | None
    show_passed: bool
    no_color: bool
    quiet: bool
    verbose: bool
    baseline: str | None = None
    write_baseline: str | None = None
    changed_since: str | None = None
    no_suppressions: bool = False
    honor_comments: tuple[str, ...] = ()
    show_suppressed: bool = False


@record(frozen=True, slots=True)
class RunConfig:
    """A policy, the rules it selects, and how to say what they find. `files` are formats with the file of each."""

    policy: Policy
    rules: tuple[Rule, ...]
    files: tuple[tuple[str, str], ...]
    options: Reporting
