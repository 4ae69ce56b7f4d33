"""`imdsguard readiness`: whether what runs still calls the metadata service without a token."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imdsguard.cli import completion
from imdsguard.cli.exits import CLEAN, FOUND, PROBLEM
from imdsguard.cli.options import OrderedCommand, color_option, input_options, inputs_of, policy_option
from imdsguard.cli.output import style_for, write_notes, write_problems, write_unseen
from imdsguard.cli.readiness_options import asked, asking_options
from imdsguard.cli.streams import read_stdin, write_out

if TYPE_CHECKING:
    from imdsguard.model.readiness import ReadinessAnswers
    from imdsguard.policy.assumptions import Assumptions
    from imdsguard.readiness.targets import Targets
    from imdsguard.run.reading import Reading
    from imdsguard.terraform.inputs import Inputs


@click.command("readiness", cls=OrderedCommand, short_help="Ask CloudWatch what would break once tokens are required.")
@input_options
@policy_option
@click.option(
    "--state",
    "states",
    multiple=True,
    metavar="FILE",
    shell_complete=completion.files,
    help="What is deployed of the code that is given: a state as `terraform show -json` prints it, or a "
    "terraform.tfstate. Repeatable.",
)
@asking_options
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@color_option
@click.option("-q", "--quiet", is_flag=True, help="No progress, and nothing on stderr but problems.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    environments: tuple[str, ...],
    var_files: tuple[str, ...],
    variables: tuple[str, ...],
    workspace: str | None,
    exclude: tuple[str, ...],
    source: str | None,
    policy: str | None,
    states: tuple[str, ...],
    days: int,
    profile: str | None,
    roles: tuple[str, ...],
    max_metrics: int,
    form: str,
    no_color: bool,
    quiet: bool,
) -> int:
    """Ask AWS whether running instances still call the metadata service without a token, before it is required.

    A PATH is a state (as JSON, or terraform.tfstate), a plan, or `-` for one of these; or source code, with --state.
    What is asked: CloudWatch's MetadataNoToken of each instance and, where tokens are required already,
    MetadataNoTokenRejected. It needs the extra `aws` (pip install "imdsguard[aws]"), and credentials that may read:
    docs/readiness.md has the policy.

    \b
    Examples:
      terraform show -json | imdsguard readiness -
      imdsguard readiness prod.tfstate --days 30 --profile audit
      imdsguard readiness stacks/web --state web.tfstate --role aws.use1=arn:aws:iam::111122223333:role/read
      imdsguard readiness *.tfstate --format json > readiness.json

    Exit codes: 0 all ready or enforced, 1 something still calls without a token, 2 something is unknown or could not be
    asked.
    """  # noqa: D301
    from imdsguard.readiness.clients import login
    from imdsguard.readiness.targets import targets_of
    from imdsguard.run.config import assumptions_of

    given = login(profile, roles)
    inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source, environments)
    assumptions = assumptions_of(policy)
    found, deployed = _read(paths, states, inputs, assumptions)
    targets = targets_of(found, deployed)
    answers = asked(targets, given, days, max_metrics, quiet=quiet)
    _write(answers, targets, found, form, no_color=no_color)
    if not quiet:
        write_unseen(found.unseen, no_color=no_color)
        write_notes(found.notes)
    problems = [*found.told_problems, *(deployed.told_problems if deployed is not None else ()), *answers.problems]
    write_problems(problems, no_color=no_color)
    return exit_code(answers, unread=bool(found.problems or (deployed is not None and deployed.problems)))


def exit_code(answers: ReadinessAnswers, *, unread: bool) -> int:
    """Give 2 for what is unknown or could not be asked, 1 for what calls without a token, else 0."""
    from imdsguard.model.readiness import Readiness

    verdicts = {each.verdict for each in answers.launches}
    if unread or answers.problems or Readiness.UNKNOWN in verdicts:
        return PROBLEM
    return FOUND if Readiness.NOT_READY in verdicts else CLEAN


def _read(
    paths: tuple[str, ...], states: tuple[str, ...], inputs: Inputs, assumptions: Assumptions | None
) -> tuple[Reading, Reading | None]:
    """Read what is asked about, and what is deployed of it."""
    from imdsguard.run.reading import read
    from imdsguard.terraform.inputs import Inputs as NoInputs

    stdin = read_stdin() if "-" in (*paths, *states) else None
    found = read(paths, inputs, assumptions, stdin=stdin)
    return found, read(states, NoInputs(), stdin=stdin) if states else None


def _write(answers: ReadinessAnswers, targets: Targets, found: Reading, form: str, *, no_color: bool) -> None:
    """Print the answers, and beside them what the code says of the same launches."""
    from imdsguard.report.readiness import key_of

    resources = [(each.launch, each.launch.resource) for each in targets.targets]
    told = {
        (resource.root, resource.environment, resource.address): found.estate.consequences_of(launch)
        for launch, resource in resources
    }
    if form == "json":
        from imdsguard.report.consequences import consequences_json
        from imdsguard.report.readiness_json import readiness_json
        from imdsguard.run.stamping import stamp_of

        code = {key: consequences_json(each) for key, each in told.items()}
        write_out(readiness_json(answers, code, found.unseen, stamp_of(found)))
        return
    from imdsguard.report.readiness import evidence_of

    evidence = {
        key_of(each): evidence_of(each, told[key_of(each)]) for each in answers.launches if key_of(each) in told
    }
    if form == "markdown":
        from imdsguard.report.readiness import readiness_markdown

        write_out(readiness_markdown(answers, evidence))
    else:
        from shutil import get_terminal_size

        from imdsguard.report.readiness import readiness_text

        width = get_terminal_size().columns if sys.stdout.isatty() else None
        write_out(readiness_text(answers, evidence, style_for(sys.stdout, no_color=no_color), width))
