"""Options that several commands share: what to read, what to judge it by, what counts, and how to tell it."""

from __future__ import annotations

import os
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imdsguard.cli import completion
from imdsguard.cli.grouped_help import GroupedCommand
from imdsguard.model.record import record
from imdsguard.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.run.config import ScanOptions
    from imdsguard.terraform.inputs import Inputs

_Function = TypeVar("_Function", bound="Callable[..., Any]")

_ORDER = "imdsguard.variables.order"
_VARIABLES = {"variables": "var", "var_files": "var-file"}


class OrderedCommand(GroupedCommand):
    """A command that knows how `--var` and `--var-file` followed each other: for Terraform the last one wins."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and note the order."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = tuple(_VARIABLES[str(p.name)] for p in order if p.name in _VARIABLES)
        return super().parse_args(ctx, args)


def inputs_of(
    ctx: click.Context,
    var_files: Sequence[str],
    variables: Sequence[str],
    workspace: str | None,
    exclude: Sequence[str] = (),
    source: str | None = None,
    environments: Sequence[str] = (),
) -> Inputs:
    """Put together what Terraform would be given. Of the environment only `TF_VAR_*` is looked at, and PRE_COMMIT."""
    from imdsguard.terraform.inputs import Inputs, terraform_variables

    order: tuple[str, ...] = ctx.meta.get(_ORDER, ())
    return Inputs(
        var_files=tuple(var_files),
        variables=tuple(variables),
        workspace=workspace,
        environment=terraform_variables(os.environ),
        exclude=tuple(exclude),
        order=order,
        source=source,
        look_beside=True,
        from_hook=os.environ.get("PRE_COMMIT") == "1",
        environments=tuple(environments),
        alone=bool(var_files or variables or _is_typed(ctx, "workspace")),
    )


def _is_typed(ctx: click.Context, name: str) -> bool:
    """Whether an option stands on the command line; a variable of the environment may be meant for Terraform."""
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


environment_option = click.option(
    "--environment",
    "environments",
    multiple=True,
    metavar="NAME",
    help="Only this environment of the policy's stacks (a glob); can be repeated. Without it: each of them (the "
    "console takes one, and without it none).",
)


def variable_options(function: _Function) -> _Function:
    """What Terraform would be given beside the code."""
    for option in (
        environment_option,
        click.option(
            "--workspace",
            metavar="NAME",
            envvar="TF_WORKSPACE",
            help="The value of terraform.workspace, `default` too (or TF_WORKSPACE). Without it: what `terraform "
            "workspace select` has noted; else it is not known (the console takes `default`).",
        ),
        click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="As for terraform plan."),
        click.option(
            "--var-file",
            "var_files",
            multiple=True,
            metavar="FILE",
            help="As for terraform plan.",
            shell_complete=completion.files,
        ),
    ):
        function = option(function)
    return function


def input_options(function: _Function) -> _Function:
    """What to read, and what Terraform would be given with it."""
    source = click.option(
        "--source",
        metavar="DIR",
        help="The root module that plans were made of: findings point at its lines. Without it: the code beside a "
        "plan, or in this folder, if it declares just what is planned.",
    )
    exclude = click.option(
        "--exclude", multiple=True, metavar="GLOB", help="Leave out paths that match; can be repeated."
    )
    return click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=completion.files)(
        variable_options(source(exclude(function)))
    )


def fetch_options(function: _Function) -> _Function:
    """What may be run and fetched to read more: nothing of it happens unless it is asked for."""
    for option in (
        click.option(
            "--get-host",
            "get_hosts",
            multiple=True,
            metavar="HOST[:PORT]",
            help="A host that --get may fetch from, in place of registry.terraform.io and github.com. Can be repeated.",
        ),
        click.option(
            "--get",
            is_flag=True,
            help="Let Terraform fetch modules that `terraform init` did not bring and that are not known: no "
            "providers, into a folder that is removed at the end. Asks the network.",
        ),
        click.option(
            "--run-terraform",
            is_flag=True,
            help="For a PATH that is a binary plan, run `terraform show -json` in this folder. It starts the providers "
            "that are installed here.",
        ),
    ):
        function = option(function)
    return function


def with_fetched_modules(ctx: click.Context, inputs: Inputs, *, get: bool, hosts: Sequence[str], quiet: bool) -> Inputs:
    """Let modules be fetched if that was asked for. Raises `click.UsageError`."""
    if hosts and not get:
        raise click.UsageError("--get-host says where --get may fetch from: give --get as well", ctx)
    if not get:
        return inputs
    from imdsguard.cli.progress import Progress
    from imdsguard.model.record import replace
    from imdsguard.run.module_finder import finder_that_gets

    return replace(inputs, modules=finder_that_gets(tuple(hosts), lambda: Progress(quiet=quiet)))


def policy_option(function: _Function) -> _Function:
    """Which policy counts."""
    return click.option(
        "--policy",
        metavar="NAME|FILE",
        shell_complete=completion.policies,
        help="A policy we ship (baseline, observe, enforce, detect, strict, ...) or a file. Without it: "
        ".imdsguard.yaml in this folder or above it up to the git root, else baseline.",
    )(function)


def checks_option(function: _Function) -> _Function:
    """More rules."""
    return click.option(
        "--checks",
        multiple=True,
        metavar="DIR",
        shell_complete=completion.files,
        help="A folder of rules of your own, in the shape of ours. They are Python and are run: name only folders you "
        "trust. Can be repeated.",
    )(function)


def color_option(function: _Function) -> _Function:
    """No colour."""
    return click.option(
        "--no-color",
        is_flag=True,
        help="No colour, even on a terminal (as NO_COLOR=1 and FORCE_COLOR=0; FORCE_COLOR=1 does the reverse).",
    )(function)


def _scanners(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Take lists apart. Raises `click.BadParameter`."""
    found = tuple(dict.fromkeys(name.strip().lower() for text in given for name in text.split(",") if name.strip()))
    for name in found:
        from imdsguard.policy.document import SCANNERS

        if name not in SCANNERS:
            from imdsguard.policy.errors import nearest

            raise click.BadParameter(f'the comments of "{name}" are not known{nearest(name, SCANNERS)}')
    return found


comments_options: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--honor-comments",
        multiple=True,
        metavar="TOOL[,TOOL]",
        callback=_scanners,
        help="Apply the comments of other scanners, too: checkov, trivy, tfsec.",
    ),
)

no_suppressions_option = click.option(
    "--no-suppressions", is_flag=True, help="Apply neither comments in the code nor exemptions."
)

baseline_option = click.option(
    "--baseline",
    metavar="FILE",
    shell_complete=completion.files,
    help="Leave out of the count what this file says was there before.",
)

changed_since_option = click.option(
    "--changed-since",
    metavar="REF",
    help="Count only what this branch adds: judge the version at which it left REF, too, and compare.",
)

fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="The mildest severity that gives exit code 1 (overrules the policy's fail_on).",
)

quiet_option = click.option(
    "-q", "--quiet", is_flag=True, help="Findings and problems only: nothing to say means no output."
)

suppressing_options: tuple[Callable[[Any], Any], ...] = (
    baseline_option,
    click.option(
        "--write-baseline",
        is_flag=False,
        flag_value="",
        metavar="[=FILE]",
        shell_complete=completion.files,
        help="Write a baseline of what is found (.imdsguard-baseline.json); with --baseline only take out of it what "
        "is fixed.",
    ),
    changed_since_option,
    no_suppressions_option,
    *comments_options,
    click.option("--show-suppressed", is_flag=True, help="Show what does not count, and why, too."),
)


@record(frozen=True, slots=True)
class ReportOptions:
    """What the options of `report_options` say: what is asked of the run, and how to tell what comes of it."""

    policy: str | None
    checks: tuple[str, ...]
    form: str
    outputs: tuple[str, ...]
    fail_on: str | None
    show_passed: bool
    show_notes: bool
    statistics: bool
    no_color: bool
    quiet: bool
    verbose: bool
    baseline: str | None
    write_baseline: str | None
    changed_since: str | None
    no_suppressions: bool
    honor_comments: tuple[str, ...]
    show_suppressed: bool
    strict_unseen: bool

    def of_scan(self) -> ScanOptions:
        """Give what is asked of the run."""
        from imdsguard.run.config import ScanOptions

        return ScanOptions(
            checks=self.checks,
            fail_on=self.fail_on,
            show_passed=self.show_passed,
            baseline=self.baseline,
            write_baseline=self.write_baseline,
            changed_since=self.changed_since,
            no_suppressions=self.no_suppressions,
            honor_comments=self.honor_comments,
            strict_unseen=self.strict_unseen,
        )


def report_options(function: _Function) -> _Function:
    """Give a command the options of every command that judges; it gets them as one argument `reporting`."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:
        mine = {name: options.pop(name) for name in ReportOptions.__dataclass_fields__}
        try:
            return function(*arguments, reporting=ReportOptions(**mine), **options)
        except Exception as error:
            if mine["form"] == "github":
                _annotate(error)
            raise

    wrapped: Any = command
    for option in reversed(_REPORT_OPTIONS):
        wrapped = option(wrapped)
    result: _Function = wrapped
    return result


def _annotate(error: Exception) -> None:
    """Show on a pull request why nothing could be judged: its author may see no log."""
    from imdsguard.cli.streams import write_out
    from imdsguard.policy.errors import PolicyError
    from imdsguard.report.github import refusal
    from imdsguard.run.errors import RunError
    from imdsguard.run.rules import RuleError
    from imdsguard.system.paths import folder_in_repository

    if isinstance(error, PolicyError):
        told = [(each.place, each.message) for each in error.all()]
    elif isinstance(error, (RunError, RuleError)):
        told = [(None, str(error))]
    elif isinstance(error, click.ClickException):
        told = [(None, error.format_message())]
    else:
        return
    write_out("".join(refusal(place, message, folder_in_repository()) for place, message in told))


def strict_unseen_option(function: _Function) -> _Function:
    """Whether what was not looked at is as bad as what could not be checked."""
    return click.option(
        "--strict-unseen", is_flag=True, help="Exit code 2, too, if something was not looked at (told at the end)."
    )(function)


_REPORT_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    policy_option,
    checks_option,
    click.option(
        "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What stdout gets."
    ),
    click.option(
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT=FILE",
        shell_complete=completion.outputs,
        help="Write this format to a file, too; repeatable.",
    ),
    fail_on_option,
    click.option(
        "--show-notes",
        is_flag=True,
        help="Show notes beside what is worse, too. Of a plan, and where nothing is worse, they are always shown.",
    ),
    click.option(
        "--statistics", is_flag=True, help="In text: how many findings each rule has and at how many places, no more."
    ),
    click.option("--show-passed", is_flag=True, help="Show what is as it should be, too."),
    *suppressing_options,
    strict_unseen_option,
    color_option,
    quiet_option,
    click.option("-v", "--verbose", is_flag=True, help="Say on stderr which policy, rules and files were used."),
)
