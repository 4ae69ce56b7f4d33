"""What a run judges by: a policy, the rules that it selects, and what takes findings out of the count."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record, replace
from imdsguard.run.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.rule import Rule
    from imdsguard.model.severity import Severity
    from imdsguard.policy.assumptions import Assumptions
    from imdsguard.policy.policy import Policy


@record(frozen=True, slots=True)
class ScanOptions:
    """What a caller may ask of a scan beside the policy; each field is the option of `imdsguard scan` with its name.

    `checks` are folders of rules of the caller's own: Python that is run. `fail_on` ("error", "warning", "note" or
    "never") overrules the policy's. `baseline` is a file of known findings; `write_baseline` is one to be written, ""
    for the usual name. `changed_since` is a git revision. `honor_comments` are other scanners: "checkov", "trivy",
    "tfsec". `strict_unseen`: what was not looked at counts as what could not be checked.
    """

    checks: tuple[str, ...] = ()
    fail_on: str | None = None
    show_passed: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    changed_since: str | None = None
    no_suppressions: bool = False
    honor_comments: tuple[str, ...] = ()
    strict_unseen: bool = False


@record(frozen=True, slots=True)
class RunConfig:
    """A policy, the rules it selects (imported), and what else was asked of the run."""

    policy: Policy
    rules: tuple[Rule, ...]
    options: ScanOptions

    @property
    def fail_on(self) -> Severity | None:
        """The mildest severity that counts; None: no finding does."""
        from imdsguard.policy.read import threshold

        return self.policy.fail_on if self.options.fail_on is None else threshold(self.options.fail_on)


ONLY_SOURCE = (
    "--changed-since compares two versions of Terraform source, and a plan or a state is of one: "
    "for these use --baseline, or leave it out (a plan says itself what it changes)"
)


def prepare(policy: str | None = None, options: ScanOptions | None = None, *, comparable: bool = True) -> RunConfig:
    """Read the policy and import its rules: what is wrong with the call shows before anything else is read.

    `policy` is the name of one we ship, or a file; without it `.imdsguard.yaml` from the working directory up to the
    git root, else the baseline. `comparable`: what is to be judged may be source, of which there is an earlier version.
    Raises `PolicyError`, `RuleError`, `UsageError` and `RunError`.
    """
    given = options or ScanOptions()
    if given.baseline is not None or given.write_baseline or given.changed_since is not None:
        _refuse_contradictions(given, comparable=comparable)
    chosen, rules = select_rules(policy, given.checks)
    return RunConfig(chosen, rules, _with_policys(given, chosen))


def _with_policys(given: ScanOptions, policy: Policy) -> ScanOptions:
    """Take from the policy what was not asked for. Raises `RunError` for a baseline of it that cannot be read.

    Where a baseline is to be written anew, the policy's is the one that is.
    """
    from imdsguard.suppress.baseline import BaselineError, read_baseline

    options = replace(given, honor_comments=given.honor_comments or policy.honor_comments)
    if given.baseline is not None or policy.baseline is None:
        return options
    if given.write_baseline is not None:
        return replace(options, write_baseline=given.write_baseline or policy.baseline)
    try:
        read_baseline(policy.baseline)
    except BaselineError as error:
        raise RunError(str(error)) from None
    return replace(options, baseline=policy.baseline)


def select_rules(policy: str | None, checks: Sequence[str], base: str | None = None) -> tuple[Policy, tuple[Rule, ...]]:
    """Read the policy and import the rules it selects, no others; its own requirements are among them.

    `base` is the folder from which its globs on paths count, if not the one that `find_policy` takes. Raises
    `PolicyError` and `RuleError`.
    """
    from imdsguard.policy.read import find_policy
    from imdsguard.run.rules import fixed_rules, load_rules, rule_files

    resolved = find_policy(policy, ".", base)
    files = rule_files(checks)
    rules = load_rules(files, resolved.select(files, lambda: load_rules(files)))
    resolved.refuse_fixed(load_rules(files, fixed_rules(files, resolved.switched_off(files))))
    bound = resolved.bind(rules)
    return bound, rules + tuple(rule for rule in bound.rules if not bound.setting(rule.id).off)


def assumptions_of(policy: str | None = None) -> Assumptions:
    """Read of a policy only what counts without rules: `estates` and `assume`. Raises `PolicyError`."""
    from imdsguard.policy.read import find_policy

    return find_policy(policy, ".").document.assumptions


def _refuse_contradictions(options: ScanOptions, *, comparable: bool) -> None:
    """Say what is wrong with the options before anything is read or run."""
    from imdsguard.suppress.baseline import BaselineError, read_baseline

    if options.changed_since is not None:
        if not comparable:
            raise UsageError(ONLY_SOURCE)
        if options.write_baseline is not None:
            raise UsageError("--write-baseline keeps all that is found: give it without --changed-since")
    try:
        if options.baseline is not None:
            read_baseline(options.baseline)
        target = options.write_baseline
        if target and os.path.isdir(target):
            raise BaselineError(f"{target} is a folder: write --write-baseline=FILE, or name what to check before it")
        if target and os.path.lexists(target):
            read_baseline(target)
    except BaselineError as error:
        raise RunError(str(error)) from None
