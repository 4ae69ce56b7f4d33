"""What every format is made from."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeVar

from imdsguard.model.estate import Estate
from imdsguard.model.finding import Verdict
from imdsguard.model.launch import State
from imdsguard.model.record import record
from imdsguard.model.severity import Severity
from imdsguard.model.stamp import NO_STAMP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from imdsguard.model.finding import Finding
    from imdsguard.model.launch import Launch
    from imdsguard.model.problem import Problem
    from imdsguard.model.rule import Rule
    from imdsguard.model.stamp import Stamp
    from imdsguard.model.unseen import NoLaunch, Unseen


@record(frozen=True, slots=True)
class Summary:
    """Counts. A launch in several environments is one, in the worst of its states.

    `states` has every state; `by_rule` and `by_severity` count findings that fail or cannot be told.

    `suppressed` are those that something takes out of this count.
    """

    launches: int
    states: Mapping[State, int]
    by_rule: Mapping[str, int]
    by_severity: Mapping[Severity, int]
    suppressed: int = 0


@record(frozen=True, slots=True)
class Report:
    """The outcome of a scan. `findings` are to be shown: passes are among them only if they were asked for.

    `rules` are those that were asked, `policy` is the name of the policy that says how bad each finding is.
    `notes` are lines about the run itself, for people: which entries of a baseline are fixed, which given variables are
    declared nowhere. `fail_on` is the mildest severity that makes `exit_code` 1; None: no finding does.
    `unseen` is what was not looked at; with `strict_unseen` it makes `exit_code` 2. `no_launch`
    says why there is no launch, where there is none. `folder` is the working directory, from which files are named,
    below the top of its repository; empty at the top. `stamp` makes what documents say of when and of what they are.
    """

    estate: Estate = field(default_factory=Estate)
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    rules: tuple[Rule, ...] = ()
    policy: str = "baseline"
    notes: tuple[str, ...] = ()
    fail_on: Severity | None = Severity.ERROR
    unseen: tuple[Unseen, ...] = ()
    strict_unseen: bool = False
    no_launch: tuple[NoLaunch, ...] = ()
    folder: str = ""
    stamp: Callable[[], Stamp] = field(default=lambda: NO_STAMP, compare=False, repr=False)

    @property
    def exit_code(self) -> int:
        """0 nothing at or above the threshold, 1 findings, 2 something could not be checked.

        Problems count most: a run that could not check everything must not look like one that found only a little.
        Those that are known are told, and do not count.
        """
        if any(not problem.known for problem in self.problems) or (self.unseen and self.strict_unseen):
            return 2
        limit = self.fail_on
        if limit is None:
            return 0
        counted = (f for f in self.findings if f.verdict is not Verdict.PASS and f.suppressed is None)
        return 1 if any(f.severity.at_least(limit) for f in counted) else 0

    @property
    def summary(self) -> Summary:
        """Count."""
        found = [f for f in self.findings if f.verdict is not Verdict.PASS]
        counted = [f for f in found if f.suppressed is None]
        states = states_of(self.estate.launches)
        return Summary(
            launches=sum(states.values()),
            states=states,
            by_rule=_count((f.rule for f in counted), sorted({f.rule for f in counted})),
            by_severity=_count((f.severity for f in counted), Severity),
            suppressed=len(found) - len(counted),
        )


WORST_FIRST = (State.OPTIONAL, State.UNKNOWN, State.REQUIRED, State.DISABLED)
_T = TypeVar("_T")


def states_of(launches: Iterable[Launch]) -> dict[State, int]:
    """Count launches by state, every state there. One in several environments is one, in the worst of its states."""
    worst: dict[tuple[str, str, int], State] = {}
    numbers: dict[tuple[str, str, str], int] = {}
    for launch in launches:
        resource = launch.resource
        at = (resource.root, resource.environment, resource.address)
        numbers[at] = numbers.get(at, 0) + 1
        key = (resource.root, resource.address, numbers[at])
        worst[key] = min(worst.get(key, launch.state), launch.state, key=WORST_FIRST.index)
    return _count(worst.values(), State)


def _count(things: Iterable[_T], kinds: Iterable[_T]) -> dict[_T, int]:
    counts = dict.fromkeys(kinds, 0)
    for thing in things:
        counts[thing] += 1
    return counts
