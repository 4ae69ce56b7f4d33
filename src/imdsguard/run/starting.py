"""What a project starts with: files made of what a scan of the repository finds, and written if none is there."""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.run.errors import UsageError
from imdsguard.system.files import read_bytes, whole_file
from imdsguard.system.paths import real_path_inside

if TYPE_CHECKING:
    from imdsguard.report.report import Report
    from imdsguard.run.reading import Reading
    from imdsguard.starter.files import Seen, StarterFile
    from imdsguard.terraform.root import Root

_CHECKS = {"github": ("examples/workflows", "pr-check-hcl.yml"), "gitlab": ("examples/gitlab", ".gitlab-ci.yml")}
"""Our example of a check of pull requests, by the host of the repository: the shipped folder and the file in it."""


@record(frozen=True, slots=True)
class Start:
    """What a project starts with. `top` is the folder of its repository, below which the files go.

    `summary` says in words what the scan has seen; `steps` are command lines to go on with, each with what it is for,
    and `edits` lines on what to fill in by hand.
    """

    top: str
    summary: str
    files: tuple[StarterFile, ...]
    steps: tuple[tuple[str, str], ...]
    edits: tuple[str, ...]


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


def start(policy: str, folder: str = ".") -> Start:
    """Scan the repository that `folder` is in, and make the files that it starts with; nothing is written.

    `policy` is the shipped one that the project's policy is to extend. Raises `UsageError` if none has this name, and
    `PolicyError` for a policy there already whose file has almost the right name.
    """
    from imdsguard.policy.read import discover
    from imdsguard.policy.shipped import shipped_policies
    from imdsguard.starter.files import starter_files
    from imdsguard.starter.repository import look
    from imdsguard.suppress.baseline import DEFAULT

    known = shipped_policies()
    if policy not in known:
        from imdsguard.policy.errors import nearest

        raise UsageError(f'there is no policy "{policy}"{nearest(policy, known)}')
    repository = look(folder)
    discover(repository.top)  # a policy of almost the right name would be passed over by what is written beside it
    seen, report = _scan(repository.top)
    checks = {host: _check(host) for host in repository.hosts}
    files = starter_files(repository, seen, policy, checks, DEFAULT)
    return Start(repository.top, seen.summary, files, _steps(report), _edits(files))


def write_starter(top: str, file: StarterFile) -> WrittenFile:
    """Write a file below the folder `top` if nothing has its name yet, whole or not at all. Raises nothing."""
    path = os.path.join(top, file.path)
    if not _is_below(os.path.dirname(path), top):
        return WrittenFile(path, StarterOutcome.REFUSED, "a symbolic link leads out of the repository")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with whole_file(path, replace=False) as target:
            target.write(file.text.encode())
    except FileExistsError:
        if not os.path.isfile(path):
            return WrittenFile(path, StarterOutcome.REFUSED, "something that is no file has this name")
        return WrittenFile(path, StarterOutcome.KEPT)
    except OSError as error:
        return WrittenFile(path, StarterOutcome.REFUSED, error.strerror or str(error))
    return WrittenFile(path, StarterOutcome.WRITTEN)


def _scan(top: str) -> tuple[Seen, Report]:
    """Scan the whole repository as `imdsguard scan` at its top would, with the policy `baseline`."""
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
    return read_bytes(os.path.join(shipped_folder(folder), name)).decode()


def _is_below(folder: str, top: str) -> bool:
    return real_path_inside(folder, os.path.realpath(top)) is not None


def _steps(report: Report) -> tuple[tuple[str, str], ...]:
    from imdsguard.starter.files import HOOKS
    from imdsguard.suppress.baseline import DEFAULT

    steps = [("imdsguard scan", "see what there is to find")]
    if any(report.summary.by_severity.values()):
        steps += [
            ("imdsguard scan --write-baseline", f"take what is there today as known; commit {DEFAULT}"),
            (f"imdsguard scan --baseline {DEFAULT}", f"only what is new fails; in {HOOKS}, too, with its `args`"),
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
