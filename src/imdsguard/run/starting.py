"""What a project starts with: files made of what a scan of the repository finds, and written if none is there."""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record, replace
from imdsguard.run.errors import RunError, UsageError
from imdsguard.system.files import read_bytes, whole_file
from imdsguard.system.paths import real_path_inside

if TYPE_CHECKING:
    from imdsguard.report.report import Report
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Reading
    from imdsguard.starter.files import StarterFile

_CHECKS = {"github": ("examples/workflows", "pr-check-hcl.yml"), "gitlab": ("examples/gitlab", ".gitlab-ci.yml")}
"""Our example of a check of pull requests, by the host of the repository: the shipped folder and the file in it."""


@record(frozen=True, slots=True)
class Start:
    """What a project starts with. `top` is the folder of its repository, below which the files go.

    `summary` says in words what the scan has seen; `steps` are command lines to go on with, each with what it is for,
    and `edits` lines on what to fill in by hand. Where a baseline was asked for, `baseline` is the file, and `known`
    says in words how much is in it.
    """

    top: str
    summary: str
    files: tuple[StarterFile, ...]
    steps: tuple[tuple[str, str], ...]
    edits: tuple[str, ...]
    baseline: StarterFile | None = None
    known: str = ""


class StarterOutcome(Enum):
    """What became of a file: written, left as it was there already, or impossible to write."""

    WRITTEN = "written"
    KEPT = "kept"
    REFUSED = "refused"


@record(frozen=True, slots=True)
class WrittenFile:
    """What became of a file. `path` has the folder in it; `reason` says why it cannot be written, else empty."""

    path: str
    outcome: StarterOutcome
    reason: str = ""


def start(policy: str, folder: str = ".", *, baseline: bool = False, force: bool = False) -> Start:
    """Scan the repository that `folder` is in, and make the files that it starts with; nothing is written.

    The scan is judged by the policy that is to be written, or by the one that is there and stays. `policy` is the
    shipped one that the project's is to extend. `baseline`: what is found today is to be known; `force`: what is there
    already is to be replaced. Raises `UsageError` if there is no such policy, and for a baseline that is there already;
    `PolicyError` for a policy there already that cannot be read, or whose file has almost the right name.
    """
    from imdsguard.policy.read import discover
    from imdsguard.policy.shipped import shipped_policies
    from imdsguard.report.text import plural, summary_line
    from imdsguard.starter.files import POLICY, Seen, StarterFile, starter_files
    from imdsguard.starter.repository import look
    from imdsguard.suppress.baseline import DEFAULT

    known = shipped_policies()
    if policy not in known:
        from imdsguard.policy.errors import nearest

        raise UsageError(f'there is no policy "{policy}"{nearest(policy, known)}')
    repository = look(folder)
    discover(repository.top)  # a policy of almost the right name would be passed over by what is written beside it
    stays = os.path.isfile(os.path.join(repository.top, POLICY)) and not force
    roots, found, config = _scan(repository.top, policy, stays=stays)
    file = os.path.join(os.path.relpath(repository.top), DEFAULT)
    if stays and config.policy.baseline is not None:
        file = config.policy.baseline
    named = os.path.relpath(file, os.path.relpath(repository.top)).replace(os.sep, "/")
    if baseline and os.path.lexists(file) and not force:
        raise UsageError(
            f"there is a baseline already, {os.path.normpath(file)}: --force writes it anew, with all that is found now"
        )
    report = _report(found, config)
    seen = Seen(roots, f"{plural(len(roots), 'root module')} of interest, {summary_line(report)}")
    checks = {host: _check(host) for host in repository.hosts}
    files = starter_files(repository, seen, policy, checks, named if baseline else "")
    if not baseline:
        steps = _steps(report) if config.policy.baseline is None else _steps_with(named, report)
        return Start(repository.top, seen.summary, files, steps, _edits(files))
    text, count = _taken_in(found, config, file)
    return Start(
        repository.top,
        seen.summary,
        files,
        _steps_with(named, report),
        _edits(files),
        StarterFile(named, text),
        count,
    )


def write_starter(top: str, file: StarterFile, *, force: bool = False) -> WrittenFile:
    """Write a file below the folder `top`, whole or not at all; over what has its name only with `force`.

    Raises nothing.
    """
    path = os.path.join(top, file.path)
    if not _is_below(os.path.dirname(path), top):
        return WrittenFile(path, StarterOutcome.REFUSED, "a symbolic link leads out of the repository")
    if force and os.path.lexists(path) and (os.path.islink(path) or not os.path.isfile(path)):
        return WrittenFile(path, StarterOutcome.REFUSED, "something that is no file has this name")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with whole_file(path, replace=force) as target:
            target.write(file.text.encode("utf-8", "backslashreplace"))
    except FileExistsError:
        if not os.path.isfile(path):
            return WrittenFile(path, StarterOutcome.REFUSED, "something that is no file has this name")
        return WrittenFile(path, StarterOutcome.KEPT)
    except OSError as error:
        return WrittenFile(path, StarterOutcome.REFUSED, error.strerror or str(error))
    return WrittenFile(path, StarterOutcome.WRITTEN)


def _scan(top: str, policy: str, *, stays: bool) -> tuple[tuple[str, ...], Reading, RunConfig]:
    """Read the whole repository as `imdsguard scan` at its top would, once the policy is written.

    Gives the root modules that launch, default or watch anything, by name from the top, what was read, and what it is
    to be judged by.
    """
    from imdsguard.run.config import ScanOptions, prepare
    from imdsguard.run.reading import read
    from imdsguard.run.scratch import scratch_folder
    from imdsguard.starter.files import POLICY, policy_text
    from imdsguard.system.files import write_in_scratch
    from imdsguard.terraform.inputs import Inputs, terraform_variables

    inputs = Inputs(environment=terraform_variables(os.environ), look_beside=True)
    paths = [os.path.relpath(top)]
    anew = ScanOptions(write_baseline="")  # a baseline that the policy names may be there, or not yet
    if stays:
        config = prepare(os.path.join(paths[0], POLICY), anew)
        found = read(paths, inputs, config.policy.assumptions)
        return _roots(found, top), found, config
    found = read(paths, inputs)
    roots = _roots(found, top)
    with scratch_folder() as folder:
        file = os.path.join(folder, POLICY)
        try:
            write_in_scratch(file, policy_text(top, roots, policy).encode())
        except OSError as error:
            raise RunError(f"{file} cannot be written: {error.strerror or error}") from None
        config = prepare(file, anew)
    if config.policy.assumptions.stacks:
        found = read(paths, inputs, config.policy.assumptions)
    return roots, found, config


def _report(found: Reading, config: RunConfig) -> Report:
    """Judge what was read as if there were no baseline."""
    from imdsguard.run.report import report_on

    return report_on(found, replace(config, options=replace(config.options, baseline=None, write_baseline=None)))


def _taken_in(found: Reading, config: RunConfig, file: str) -> tuple[str, str]:
    """Give the baseline of what was found, to be written to `file`, and how much it holds in words."""
    from imdsguard.report.text import plural
    from imdsguard.run.baseline import names_from
    from imdsguard.run.judge import judge
    from imdsguard.run.report import not_told_yet
    from imdsguard.run.suppressions import apply_comments_and_exemptions, never_known
    from imdsguard.suppress.baseline import Baseline, baseline_text
    from imdsguard.suppress.baseline_match import entries_of
    from imdsguard.suppress.problems import gaps_of

    outcome, name_of = judge(found.estate, config.rules, config.policy, passes=False), names_from(file)
    unread = found.problems + not_told_yet(outcome.refused, found.problems)
    complete = not unread and not outcome.failed
    counted = apply_comments_and_exemptions(outcome.findings, found, config, ".", complete=complete)
    entries = entries_of(counted.findings, name_of, never_known(config))
    taken = Baseline(entries, gaps_of(unread, name_of, found.paths))
    findings = sum({replace(each, environment="", count=1): each.count for each in taken.entries}.values())
    problems = sum(each.count for each in taken.gaps)
    told = [plural(findings, "finding")] if findings or not problems else []
    told += [plural(problems, "problem")] if problems else []
    return baseline_text(taken), " and ".join(told)


def _roots(found: Reading, top: str) -> tuple[str, ...]:
    """Name the root modules that launch, default or watch anything, from the top of the repository."""
    start = os.path.relpath(top)
    names = (os.path.relpath(root.name, start).replace(os.sep, "/") for root in found.roots if root.resources)
    return tuple(dict.fromkeys(names))


def _check(host: str) -> str:
    """Read our example of a check of pull requests."""
    from imdsguard.policy.shipped import shipped_folder

    folder, name = _CHECKS[host]
    return read_bytes(os.path.join(shipped_folder(folder), name)).decode()


def _is_below(folder: str, top: str) -> bool:
    return real_path_inside(folder, os.path.realpath(top)) is not None


def _steps(report: Report) -> tuple[tuple[str, str], ...]:
    steps = [("imdsguard scan", "see what there is to find")]
    if any(report.summary.by_severity.values()) or report.problems:
        steps += [("imdsguard init --baseline", "take what is there today as known: then only what is new fails")]
    return tuple(steps)


def _steps_with(baseline: str, report: Report) -> tuple[tuple[str, str], ...]:
    """Say how to go on where what was found is known."""
    steps = [("imdsguard scan", f"passes: only what is not in {baseline} counts; commit that file, too")]
    if any(report.summary.by_severity.values()):
        steps += [
            ("imdsguard scan --show-suppressed", "see what is known"),
            (f"imdsguard scan --baseline {baseline} --write-baseline", "take out of it what has been put right"),
        ]
    return tuple(steps)


def _edits(files: tuple[StarterFile, ...]) -> tuple[str, ...]:
    from imdsguard.starter.files import PIPELINE, WORKFLOW

    edits = {
        WORKFLOW: f"in {WORKFLOW}: put the commit of an imdsguard release where it is named",
        PIPELINE: f"for {PIPELINE}: set the CI/CD variable IMDSGUARD_PACKAGE to what pip is to install",
    }
    paths = {file.path for file in files}
    return tuple(text for path, text in edits.items() if path in paths)
