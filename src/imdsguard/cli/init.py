"""`imdsguard init`: the files a project starts with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from imdsguard.cli import completion
from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.streams import write_out
from imdsguard.system.files import whole_file

if TYPE_CHECKING:
    from imdsguard.report.report import Report
    from imdsguard.run.reading import Reading
    from imdsguard.starter.files import Seen, StarterFile
    from imdsguard.terraform.root import Root


_CHECKS = {"github": ("examples/workflows", "pr-check-hcl.yml"), "gitlab": ("examples/gitlab", ".gitlab-ci.yml")}


@click.command("init", short_help="Write a policy, a pre-commit entry and a workflow to start with.")
@click.option(
    "--policy",
    metavar="NAME",
    default="baseline",
    show_default=True,
    shell_complete=completion.policies,
    help="The policy that yours extends: one we ship.",
)
@click.option("--dry-run", is_flag=True, help="Show the files, and write nothing.")
def command(policy: str, dry_run: bool) -> int:
    """Look at this repository and write what it needs, at its top: a policy (.imdsguard.yaml), an entry for pre-commit,
    and a check of pull requests where it is hosted on GitHub or GitLab. A file that is there is never changed: what to
    add to it is printed.

    \b
    Examples:
      imdsguard init
      imdsguard init --policy observe --dry-run

    Exit codes: 0, or 2 if a file could not be written.
    """  # noqa: D205, D301
    from imdsguard.policy.read import discover
    from imdsguard.policy.shipped import shipped_policies
    from imdsguard.starter.files import starter_files
    from imdsguard.starter.repository import look
    from imdsguard.suppress.baseline import DEFAULT

    if policy not in shipped_policies():
        from imdsguard.policy.errors import nearest

        known = shipped_policies()
        raise click.BadParameter(f'there is no policy "{policy}"{nearest(policy, known)}', param_hint="--policy")
    repository = look(".")
    discover(repository.top)  # a policy of almost the right name would be passed over by what is written beside it
    seen, report = _scan(repository.top)
    checks = {host: _check(host) for host in repository.hosts}
    files = starter_files(repository, seen, policy, checks, DEFAULT)
    write_out(f"Looked at {_shown(repository.top)}: {seen.summary}.\n\n")
    codes = [_show(file) if dry_run else _write(repository.top, file) for file in files]
    write_out(_next(report, files))
    return max(codes)


def _scan(top: str) -> tuple[Seen, Report]:
    """Scan the whole repository as `imdsguard scan` at its top would, with the baseline."""
    from imdsguard.run.config import ScanOptions, prepare
    from imdsguard.run.reading import read
    from imdsguard.run.report import report_on
    from imdsguard.starter.files import Seen
    from imdsguard.terraform.inputs import Inputs, terraform_variables

    config = prepare("baseline", ScanOptions(no_suppressions=True))
    inputs = Inputs(environment=terraform_variables(os.environ), look_beside=True)
    found = read([os.path.relpath(top)], inputs)
    report = report_on(found, config)
    return Seen(_roots(found, top), _summary(found, report)), report


def _roots(found: Reading, top: str) -> tuple[str, ...]:
    """Name the root modules that launch, default or watch anything, from the top of the repository."""
    return tuple(os.path.relpath(root.name, os.path.relpath(top)).replace(os.sep, "/") for root in _used(found))


def _used(found: Reading) -> list[Root]:
    return [root for root in found.roots if root.resources]


def _summary(found: Reading, report: Report) -> str:
    from imdsguard.report.text import plural, summary_line

    return f"{plural(len(_used(found)), 'root module')} of interest, {summary_line(report)}"


def _check(host: str) -> str:
    """Read our example of a check of pull requests."""
    from imdsguard.policy.shipped import shipped_folder

    folder, name = _CHECKS[host]
    with open(os.path.join(shipped_folder(folder), name), encoding="utf-8") as file:
        return file.read()


def _show(file: StarterFile) -> int:
    write_out(f"# {file.path}\n{file.text}\n")
    return CLEAN


def _write(top: str, file: StarterFile) -> int:
    """Write a file that is not there yet, whole or not at all."""
    path = os.path.join(top, file.path)
    shown = _shown(path)
    if not _is_below(os.path.dirname(path), top):
        return _cannot(shown, "a symbolic link leads out of the repository")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with whole_file(path, replace=False) as target:
            target.write(file.text.encode())
    except FileExistsError:
        if not os.path.isfile(path):
            return _cannot(shown, "something that is no file has this name")
        write_out(_kept(shown, file))
        return CLEAN
    except OSError as error:
        return _cannot(shown, error.strerror or str(error))
    write_out(f"wrote {shown}\n")
    return CLEAN


def _is_below(folder: str, top: str) -> bool:
    real = os.path.realpath(top)
    return os.path.commonpath([os.path.realpath(folder), real]) == real


def _cannot(shown: str, reason: str) -> int:
    click.echo(f"imdsguard: {shown} cannot be written: {reason}", err=True)
    return PROBLEM


def _kept(shown: str, file: StarterFile) -> str:
    """Say what to add to a file that is there."""
    if not file.addition:
        return f"kept {shown}\n"
    where = f" {file.where}" if file.where else ""
    return f"kept {shown}; add to it{where}:\n\n{file.addition}\n"


def _next(report: Report, files: tuple[StarterFile, ...]) -> str:
    from imdsguard.starter.files import HOOKS, PIPELINE, WORKFLOW
    from imdsguard.suppress.baseline import DEFAULT

    paths = {file.path for file in files}
    steps = [("imdsguard scan", "see what there is to find")]
    if any(report.summary.by_severity.values()):
        steps += [
            ("imdsguard scan --write-baseline", f"take what is there today as known; commit {DEFAULT}"),
            (f"imdsguard scan --baseline {DEFAULT}", f"only what is new fails; in {HOOKS}, too, with its `args`"),
        ]
    width = max(len(command) for command, _ in steps)
    lines = ["", "Next:", *(f"  {command:{width}}   {what}" for command, what in steps)]
    if WORKFLOW in paths:
        lines.append(f"  in {WORKFLOW}: put the commit of an imdsguard release where it is named")
    if PIPELINE in paths:
        lines.append(f"  for {PIPELINE}: set the CI/CD variable IMDSGUARD_PACKAGE to what pip is to install")
    return "\n".join(lines) + "\n"


def _shown(path: str) -> str:
    from imdsguard.report.escape import escape

    return escape(os.path.relpath(path))
