"""From arguments to what the rules look at: the policy, the rules it selects, and the estate."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.model.problem import Problem
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.model.assumption import AssumedDefault
    from imdsguard.model.estate import Estate, History
    from imdsguard.model.rule import Rule
    from imdsguard.policy.assumptions import Assumptions
    from imdsguard.policy.policy import Policy
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.root import Root


@record(frozen=True, slots=True)
class Read:
    """What was read: the estate, the roots it is made of, and what could not be read.

    `folders` were read whole: all that is in them, with nothing excluded. `paths` and `inputs` are what the run was
    given; no inputs: what was read is not source that can be read again.
    """

    estate: Estate
    roots: tuple[Root, ...]
    problems: tuple[Problem, ...]
    folders: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    inputs: Inputs | None = None


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


def make_inputs(
    var_files: Sequence[str],
    variables: Sequence[str],
    order: tuple[str, ...],
    workspace: str,
    exclude: Sequence[str],
    source: str | None = None,
) -> Inputs:
    """Put together what Terraform would be given. Of the environment only `TF_VAR_*` is looked at."""
    from imdsguard.terraform.inputs import Inputs

    return Inputs(
        var_files=tuple(var_files),
        variables=tuple(variables),
        workspace=workspace,
        environment={name: value for name, value in os.environ.items() if name.startswith("TF_VAR_")},
        exclude=tuple(exclude),
        order=order,
        source=source,
        look_beside=True,
    )


def assumptions_of(policy: str | None) -> Assumptions:
    """Read of a policy only what counts without rules. Raises `PolicyError`."""
    from imdsguard.policy.read import find_policy

    return find_policy(policy, ".").document.assumptions


def read_estate(paths: Sequence[str], inputs: Inputs, assumptions: Assumptions | None = None) -> Read:
    """Read what is below `paths` (the working directory if there are none), and work out what AWS will do with it.

    `assumptions` say which root modules share an account, and what is set elsewhere. Raises `PolicyError` if they put
    one into two estates.
    """
    from imdsguard.aws.types.registry import supported_types
    from imdsguard.terraform.read import read

    stdin, problems = _stdin() if "-" in paths else (None, ())
    given = [governed(path) for path in paths if path != "-" or stdin is not None]
    if paths and not given:
        reading_roots: tuple[Root, ...] = ()
    else:
        reading = read(given or ["."], inputs, supported_types(), stdin)
        reading_roots = reading.roots
        problems += reading.problems
    found = estate_of(reading_roots, problems, assumptions)
    folders = () if inputs.exclude else tuple(path for path in given or ["."] if path != "-" and os.path.isdir(path))
    return replace(found, folders=folders, paths=tuple(given), inputs=inputs)


def estate_of(roots: tuple[Root, ...], problems: tuple[Problem, ...], assumptions: Assumptions | None = None) -> Read:
    """Work out what AWS will do with what was read. Raises `PolicyError` as `read_estate` does."""
    from imdsguard.aws.estate import build

    joined = assumptions.joined(root.name for root in roots) if assumptions else {}
    assumed = assumptions.assumed if assumptions else ()
    estate = build([(root.name, root.resources) for root in roots], joined, assumed, history_of(roots, joined, assumed))
    return Read(estate, roots, problems)


def history_of(roots: tuple[Root, ...], joined: Mapping[str, str], assumed: Sequence[AssumedDefault] = ()) -> History:
    """Say what is deployed already. The estate before is built when a rule or a report asks for it, once."""
    from imdsguard.model.estate import History

    made: list[Estate] = []

    def earlier() -> Estate:
        if not made:
            from imdsguard.aws.estate import build

            before = [(root.name, root.plan.before() if root.plan is not None else root.resources) for root in roots]
            made.append(build(before, joined, assumed))
        return made[0]

    plans = frozenset(root.name for root in roots if root.plan is not None)
    states = frozenset(root.name for root in roots if root.deployed)
    return History(plans, states, earlier if plans else None)


def governed(path: str) -> str:
    """Give the folder that a changed policy governs, as pre-commit names the file; other paths are as they are."""
    from imdsguard.policy.read import CONFIG

    folder, name = os.path.split(path)
    return (folder or ".") if name == CONFIG and os.path.isfile(path) else path


def _stdin() -> tuple[bytes | None, tuple[Problem, ...]]:
    try:
        return sys.stdin.buffer.read(), ()
    except (OSError, AttributeError, ValueError):  # closed, or a folder
        return None, (Problem("the standard input cannot be read", None, "pipe a plan or a state into it"),)
