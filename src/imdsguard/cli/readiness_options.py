"""What readiness, plan, apply, scan and explain share: with what to ask AWS, and which saved answer counts."""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imdsguard.cli import completion
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.readiness import ReadinessAnswers
    from imdsguard.readiness.clients import Login
    from imdsguard.readiness.targets import Targets
    from imdsguard.run.reading import Reading

_Function = TypeVar("_Function", bound="Callable[..., Any]")
LONGEST_WINDOW = 455
"""Days for which CloudWatch keeps hourly data. (CloudWatch API, GetMetricData)"""

_ASKING = (
    click.option(
        "--days", type=click.IntRange(1, LONGEST_WINDOW), default=14, show_default=True, help="How far to look back."
    ),
    click.option("--profile", metavar="NAME", help="The profile of the AWS configuration to ask CloudWatch with."),
    click.option(
        "--role",
        "roles",
        multiple=True,
        metavar="PROVIDER=ARN",
        help="The role to take for what a provider configuration (or an account, by its number) has; repeatable. Roles "
        "in the code are never taken.",
    ),
    click.option(
        "--max-metrics",
        type=click.IntRange(0),
        default=1000,
        show_default=True,
        help="Ask for no more metrics than this: CloudWatch bills each.",
    ),
)
_SAVED = (
    click.option(
        "--readiness-file",
        metavar="FILE",
        shell_complete=completion.files,
        help="A saved answer: what `imdsguard readiness --format json` printed.",
    ),
    click.option(
        "--readiness-max-age",
        metavar="AGE",
        default="7d",
        show_default=True,
        help="An older answer does not count: hours, days or weeks (12h, 7d, 2w).",
    ),
)


def asking_options(function: _Function) -> _Function:
    """With what to ask AWS."""
    for option in reversed(_ASKING):
        function = option(function)
    return function


def saved_options(function: _Function) -> _Function:
    """Which saved answer counts."""
    for option in reversed(_SAVED):
        function = option(function)
    return function


@record(frozen=True, slots=True)
class ReadinessOptions:
    """What plan and apply are told about readiness: whether to ask, and with what; or which answer counts."""

    readiness: bool
    readiness_file: str | None
    readiness_max_age: str
    days: int
    profile: str | None
    roles: tuple[str, ...]
    max_metrics: int


def switching_options(function: _Function) -> _Function:
    """Give plan and apply these options; they get them as one argument `switching`."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:
        mine = {name: options.pop(name) for name in ReadinessOptions.__dataclass_fields__}
        return function(*arguments, switching=ReadinessOptions(**mine), **options)

    ask = click.option(
        "--readiness", is_flag=True, help="Ask CloudWatch whether what this plan switches still calls without a token."
    )
    wrapped: Any = ask(saved_options(asking_options(command)))
    result: _Function = wrapped
    return result


def reader_of(options: ReadinessOptions, *, quiet: bool) -> Callable[[Reading], Reading]:
    """Make what puts answers beside a plan. Raises, before anything runs, `UsageError` and `RunError`."""
    from imdsguard.run.errors import UsageError

    if options.readiness and options.readiness_file is not None:
        raise UsageError("--readiness asks now, --readiness-file takes what was said before: give one of them")
    if options.readiness:
        return _asking(options, quiet=quiet)
    return saved_reader(options.readiness_file, options.readiness_max_age)


def saved_reader(file: str | None, age: str, *, evidence: bool = False) -> Callable[[Reading], Reading]:
    """Make what puts a saved answer beside what was read; `evidence`: whatever that is. Raises as `reader_of`."""
    if file is None:
        return lambda reading: reading
    from imdsguard.readiness.apply_answers import with_evidence, with_saved
    from imdsguard.readiness.saved import max_age, read_saved

    most, saved = max_age(age), read_saved(file)
    put = with_evidence if evidence else with_saved
    return lambda reading: put(reading, saved, most, time.time())


def _asking(options: ReadinessOptions, *, quiet: bool) -> Callable[[Reading], Reading]:
    from imdsguard.readiness.apply_answers import with_asked
    from imdsguard.readiness.clients import login
    from imdsguard.readiness.targets import Targets, switching

    given = login(options.profile, options.roles)

    def ask(reading: Reading) -> Reading:
        targets = switching(reading)
        if not targets:
            return reading
        return with_asked(reading, asked(Targets(targets), given, options.days, options.max_metrics, quiet=quiet))

    return ask


def asked(found: Targets, given: Login, days: int, most: int, *, quiet: bool) -> ReadinessAnswers:
    """Ask, and show how far it is. Raises `RunError` where more metrics would be asked for than are allowed."""
    from imdsguard.cli.output import write_notes
    from imdsguard.cli.progress import Progress
    from imdsguard.readiness.ask import Asking, ask_all, window_of
    from imdsguard.readiness.clients import default_region

    with Progress(quiet=quiet).step("asking AWS") as step:

        def tell(what: str) -> None:
            step.line(what.encode())
            step.turn(stopping=False)

        def say(what: str) -> None:
            if not quiet:
                write_notes([what])

        asking = Asking(given, window_of(days, time.time()), default_region(given), most, say, tell)
        return ask_all(found, asking)
