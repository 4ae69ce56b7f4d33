"""`--changed-since`: the earlier version of the same tree, judged in the same way, and held against today's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from imdsguard.model.record import replace
from imdsguard.run.config import ONLY_SOURCE
from imdsguard.run.errors import RunError, UsageError
from imdsguard.system.files import write_in_scratch
from imdsguard.terraform.source.folder import is_configuration, is_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from imdsguard.model.environment import Environment
    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Reading
    from imdsguard.suppress.baseline_match import BaselineEntry
    from imdsguard.suppress.git import Repository
    from imdsguard.suppress.problems import Gap
    from imdsguard.terraform.inputs import Inputs

    _Known = TypeVar("_Known", bound=BaselineEntry | Gap)


def leave_out_unchanged(
    findings: tuple[Finding, ...], problems: tuple[Problem, ...], reading: Reading, config: RunConfig
) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """Take out of the count what the version from which this branch went off had, too: findings, and problems.

    Both versions are judged whole, so that a finding counts wherever the change stands that brings it. Where nothing
    counts, there is nothing to compare. Raises `UsageError` for what is not source, and `RunError` for a revision that
    cannot be had.
    """
    from imdsguard.model.suppression import Means, Suppression
    from imdsguard.run.suppressions import examples_of, followed
    from imdsguard.suppress.baseline_match import compare, counts
    from imdsguard.suppress.git import GitError, Repository
    from imdsguard.suppress.problems import mark_known

    ref = config.options.changed_since or ""
    if reading.inputs is None or "-" in reading.paths or any(not os.path.isdir(root.name) for root in reading.roots):
        raise UsageError(ONLY_SOURCE)
    try:
        repository = Repository.around(os.path.realpath("."))
        commit = repository.merge_base(ref)
        places = [_below(path, repository) for path in reading.paths or (".",)]
        if any(_is_data(path) for path in reading.paths):  # then the roots that read it, also where it is new
            places += [_below(root.name, repository) for root in reading.roots]
        if all(problem.known for problem in problems) and not any(counts(each, _never(config)) for each in findings):
            return findings, problems
        entries, gaps = _was_there(places, reading, config, repository, commit)
        merged = repository.commit("MERGE_HEAD") if ref == "HEAD" and reading.inputs.from_hook else None
        if merged is not None:  # the commit that is being made has two parents, and is to blame for neither
            others, other_gaps = _was_there(places, reading, config, repository, merged)
            entries, gaps = either(entries, others), either(gaps, other_gaps)
    except GitError as error:
        raise RunError(str(error)) from None
    examples = examples_of(reading, config, str)
    entries = followed(entries, reading, examples, str)
    shown = ref if commit.startswith(ref) else f"{ref} ({commit[:10]})"
    shown = f"{shown} or in what is merged ({merged[:10]})" if merged is not None else shown
    suppression = Suppression(Means.UNCHANGED, f"already in {shown}")
    compared = compare(findings, entries, str, _never(config), suppression, examples)
    return compared.findings, mark_known(problems, gaps, str, suppression.reason, reading.paths or (".",))


def _was_there(
    places: Sequence[str], reading: Reading, config: RunConfig, repository: Repository, commit: str
) -> tuple[tuple[BaselineEntry, ...], tuple[Gap, ...]]:
    """Give what an earlier version has: findings that count, and what of it cannot be read. Raises `GitError`."""
    from imdsguard.run.scratch import scratch_folder
    from imdsguard.suppress.git_tree import lay_out

    assert reading.inputs is not None
    with scratch_folder() as folder:
        changed = places if reading.inputs.from_hook else None
        lay_out(repository, commit, folder, _needed(reading, repository), changed)
        return _judge(places, reading, config, repository, folder)


def either(one: Iterable[_Known], other: Iterable[_Known]) -> tuple[_Known, ...]:
    """Give what one of two versions has; of what both have as many as the one that has more of it."""
    most: dict[object, _Known] = {}
    for each in (*one, *other):
        alike = replace(each, count=1)
        known = most.get(alike)
        if known is None or known.count < each.count:
            most[alike] = each
    return tuple(most.values())


def _needed(reading: Reading, repository: Repository) -> Callable[[str], bool] | None:
    """Say which files of the repository the root modules may read in the earlier version, beside code.

    Those in the folders that their code is in, and below; those that they read today, or looked for; and those that
    are not there today. None where it was not noted what is read.
    """
    assert reading.inputs is not None
    if reading.inputs.overlay is None:
        return None
    top = repository.top
    folders = {os.path.realpath(root.name) for root in reading.roots}
    folders |= {os.path.realpath(os.path.dirname(file)) for root in reading.roots for file in root.files}
    read = {*folders, *reading.inputs.overlay.kept.readers, *(os.path.realpath(path) for path in reading.paths)}

    def needed(path: str) -> bool:
        place = os.path.join(top, *path.split("/"))
        if not os.path.lexists(place):
            return True
        while len(place) >= len(top):
            if place in read:
                return True
            place = os.path.dirname(place)
        return False

    return needed


def _is_data(path: str) -> bool:
    """Whether a path is a file that code reads, or did, and no code itself."""
    name = os.path.basename(path)
    return not os.path.isdir(path) and not is_configuration(name) and not is_variables(name)


def _below(path: str, repository: Repository) -> str:
    """Give a path as the repository names it. Raises `UsageError` if it is not in it."""
    real = os.path.realpath(path)
    below = os.path.relpath(real, repository.top)
    if below == os.pardir or below.startswith(os.pardir + os.sep):
        raise UsageError(f"{path} lies outside of the git repository {repository.top}: --changed-since needs one")
    return below


def _judge(
    places: Sequence[str], reading: Reading, config: RunConfig, repository: Repository, folder: str
) -> tuple[tuple[BaselineEntry, ...], tuple[Gap, ...]]:
    """Reading and judge the earlier version as today's was: with the same policy, inputs, comments and exemptions.

    Root modules get the names of today.
    """
    from imdsguard.aws.types.registry import supported_types
    from imdsguard.run.judge import judge
    from imdsguard.run.module_finder import ModuleFinder
    from imdsguard.run.reading import estate_of
    from imdsguard.run.suppressions import apply_comments_and_exemptions
    from imdsguard.suppress.baseline_match import entries_of
    from imdsguard.suppress.problems import gaps_of
    from imdsguard.suppress.roots import moved_roots
    from imdsguard.terraform.read import read

    assert reading.inputs is not None
    here = os.path.join(folder, os.path.relpath(os.path.realpath("."), repository.top))
    os.makedirs(here, exist_ok=True)
    given = [there for place in places if (there := _there(os.path.join(folder, place))) is not None]
    if not given:
        return (), ()
    _note_workspaces(reading, repository, folder)
    asked = reading.inputs.modules
    modules = asked.earlier(folder, repository) if isinstance(asked, ModuleFinder) else asked
    same = replace(_inputs(reading.inputs, repository, folder, here), modules=modules, overlay=None)
    before = read(given, same, supported_types())
    # What is said of exemptions hangs on which folders were read whole; the policy lies in today's.
    earlier = replace(
        estate_of(before.roots, before.problems, config.policy.assumptions, before.modules), folders=reading.folders
    )
    outcome = judge(earlier.estate, config.rules, config.policy, passes=False)
    problems = before.problems + outcome.problems
    counted = apply_comments_and_exemptions(outcome.findings, earlier, config, here, complete=not problems)
    moved = moved_roots((root.name for root in earlier.roots), here, (root.name for root in reading.roots), ".")
    entries = entries_of(counted.findings, lambda root: moved.get(root, root), _never(config), messages=True)
    return entries, gaps_of(problems, lambda file: _in_moved(file, moved))


def _never(config: RunConfig) -> frozenset[str]:
    """Give the rules whose findings are always new."""
    return frozenset(rule.id for rule in config.rules if rule.fixed)


def _in_moved(file: str, moved: Mapping[str, str]) -> str:
    folder, name = os.path.split(file)
    now = moved.get(folder or ".")
    return file if now is None else os.path.normpath(os.path.join(now, name)).replace(os.sep, "/")


def _there(path: str) -> str | None:
    """Give what stands for a path in the earlier version: for a file that is new, another one of its folder."""
    from imdsguard.system.paths import SYNTAX

    if os.path.isdir(path) or os.path.isfile(path):
        return path
    folder = os.path.dirname(path)
    if not path.endswith((*SYNTAX, ".tfvars", ".tfvars.json")) or not os.path.isdir(folder):
        return None
    return next((os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(SYNTAX)), None)


def _note_workspaces(reading: Reading, repository: Repository, folder: str) -> None:
    """Note in the earlier version what `terraform workspace select` has noted in today's: it is in no commit."""
    from imdsguard.terraform.boundary import Boundary
    from imdsguard.terraform.workspace import note_workspace, noted_workspace

    for root in reading.roots:
        real = os.path.realpath(root.name)
        workspace = noted_workspace(real, Boundary(repository.top))
        earlier = os.path.join(folder, os.path.relpath(real, repository.top))
        if workspace is not None and os.path.isdir(earlier):
            note_workspace(earlier, workspace)


def _inputs(inputs: Inputs, repository: Repository, folder: str, here: str) -> Inputs:
    """Give the same inputs for the earlier version: its own files of variables, in each of its environments."""
    today = inputs.environments_of

    def earlier(files: Sequence[str]) -> tuple[str, ...]:
        return _var_files(files, repository, folder, here)

    def environments_of(root: str) -> Sequence[Environment] | None:
        found = today(root) if today is not None else None
        return None if found is None else [replace(each, var_files=earlier(each.var_files)) for each in found]

    return replace(
        inputs,
        working_directory=here,
        var_files=earlier(inputs.var_files),
        environments_of=environments_of if today is not None else None,
    )


def _var_files(files: Sequence[str], repository: Repository, folder: str, here: str) -> tuple[str, ...]:
    """Give the files of variables of the earlier version.

    One that is in no commit (outside, or ignored) is the same in both; one that is new today said nothing then.
    """
    found = []
    for name in files:
        real = os.path.realpath(name)
        below = os.path.relpath(real, repository.top)
        outside = below == os.pardir or below.startswith(os.pardir + os.sep)
        if outside or repository.ignored([below]):
            found.append(real)
            continue
        earlier = os.path.join(folder, below)
        if not os.path.isfile(earlier):
            earlier = os.path.join(folder, ".git", f"nothing{'.json' if name.endswith('.json') else ''}")
            write_in_scratch(earlier, b"{}\n" if name.endswith(".json") else b"")
        found.append(os.path.relpath(earlier, here))
    return tuple(found)
