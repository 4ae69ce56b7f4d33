"""Environments: what the policy says of each root module, resolved once, with its files found in the repository."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.environment import Environment
from imdsguard.model.problem import Problem
from imdsguard.model.record import replace
from imdsguard.run.errors import RunError, UsageError
from imdsguard.system.paths import real_path_inside, repository_top

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.policy.assumptions import Assumptions
    from imdsguard.policy.stacks import EnvironmentEntry, StackEntry
    from imdsguard.terraform.inputs import Inputs


class Environments:
    """Gives the environments of root modules by name, as a policy has them.

    Each file is looked for in the repository of the working directory, and nowhere else: `problems` says what is not
    there. What cannot be given its values is not judged with others: it is left out. `seen` are the names of all that
    there were, whether they were asked for or not.
    """

    def __init__(self, entries: Sequence[StackEntry], asked: Sequence[str], directory: str = ".") -> None:
        self._entries = entries
        self._asked = asked
        self._directory = directory
        here = os.path.realpath(directory)
        self._top = repository_top(here) or here
        self._known: dict[str, tuple[Environment, ...] | None] = {}
        self._problems: dict[Problem, None] = {}
        self.seen: dict[str, None] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be given to a root module so far."""
        return tuple(self._problems)

    def of(self, root: str) -> tuple[Environment, ...] | None:
        """Give those of a root module that are asked for, in the policy's order; None if it has none at all."""
        if root not in self._known:
            self._known[root] = self._resolved(root)
        return self._known[root]

    def names(self, roots: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Give the names of all environments of root modules that have some, whether they are asked for or not."""
        found = {}
        for root in roots:
            entry = self._entry(root)
            if entry is not None:
                below = self._from_base(root, entry.base)
                found[root] = tuple(_filled(each.name, below) for each in entry.environments)
        return found

    def _entry(self, root: str) -> StackEntry | None:
        from imdsguard.policy.stacks import entry_of

        entry = entry_of(self._entries, root)
        return entry if entry is not None and entry.environments else None

    def _resolved(self, root: str) -> tuple[Environment, ...] | None:
        from imdsguard.policy.match import matches_any

        entry = self._entry(root)
        if entry is None:
            return None
        below = self._from_base(root, entry.base)
        found = []
        for each in entry.environments:
            name = _filled(each.name, below)
            self.seen[name] = None
            if self._asked and not matches_any(name, self._asked):
                continue
            environment = self._environment(each, name, below, root, entry.base)
            if environment is not None:
                found.append(environment)
        return tuple(found)

    def _environment(self, entry: EnvironmentEntry, name: str, below: str, root: str, base: str) -> Environment | None:
        files = []
        for file in entry.var_files:
            path = os.path.normpath(os.path.join(base, _filled(file.text, below))).replace(os.sep, "/")
            fault = self._fault(path)
            if fault:
                about = f"environment {name} of {root}: {fault}: it was not judged"
                self._problems[Problem(about, file.place, "var_files count from where the roots of stacks do")] = None
                return None
            files.append(path)
        workspace = entry.workspace and _filled(entry.workspace, below)
        return Environment(name, tuple(files), entry.variables, workspace, _filled(entry.account, below))

    def _fault(self, path: str) -> str:
        full = os.path.join(self._directory, path)
        if real_path_inside(full, self._top) is None:
            return f"{path} lies outside of the repository, where nothing is read"
        if not os.path.isfile(full):
            return f"there is no file {path}"
        wrong = unreadable_values(full, self._directory)
        return f"{path} cannot be read: {wrong}" if wrong is not None else ""

    def _from_base(self, root: str, base: str) -> str:
        """Name a root module from the folder that the policy's paths count from; that folder itself by its own name."""
        below = os.path.relpath(root, base or ".").replace(os.sep, "/")
        return os.path.basename(os.path.realpath(os.path.join(self._directory, root))) if below == "." else below


def _filled(text: str, below: str) -> str:
    from imdsguard.policy.stacks import filled

    return filled(text, below)


def deployed(inputs: Inputs, assumptions: Assumptions | None) -> tuple[Inputs, Environments | None]:
    """Add to what was given what the policy says of how the repository is deployed.

    Raises `UsageError` for environments that are asked for together with values of their own.
    """
    if inputs.environments and inputs.replaces_environments:
        raise UsageError("--environment takes what the policy gives it: leave --var, --var-file and --workspace out")
    if assumptions is None:
        return inputs, None
    excluded = tuple((each.base, each.glob) for each in assumptions.excluded)
    inputs = replace(inputs, excluded=inputs.excluded + excluded)
    if not assumptions.stacks or inputs.replaces_environments:
        return inputs, None
    environments = Environments(assumptions.stacks, inputs.environments, inputs.working_directory)
    return replace(inputs, environments_of=environments.of), environments


def one_environment(directory: str, asked: Sequence[str], assumptions: Assumptions) -> Environment:
    """Give the one environment of the root module in a folder that is asked for.

    Raises `UsageError` where there is none, or several, and `RunError` where its files are not there.
    """
    environments = Environments(assumptions.stacks, asked)
    root = os.path.normpath(os.path.relpath(directory)).replace(os.sep, "/")
    found = environments.of(root) or ()
    if environments.problems:
        raise RunError(str(environments.problems[0]))
    refuse_unknown(asked, environments.seen)
    if len(found) != 1:
        raise UsageError(f"one environment at a time: {', '.join(asked)} means {', '.join(e.name for e in found)}")
    return found[0]


def refuse_unknown(asked: Sequence[str], seen: Iterable[str]) -> None:
    """Raise `UsageError` for an environment that is asked for and that nothing has."""
    from imdsguard.policy.errors import nearest
    from imdsguard.policy.match import matches_word

    known = tuple(seen)
    for name in asked:
        if not any(matches_word(each, name) for each in known):
            where = nearest(name, known) if known else ": the policy has no stacks for what was read"
            raise UsageError(f'nothing that was read has an environment "{name}"{where}')


def refuse_missing_files(inputs: Inputs, folders: Sequence[str]) -> None:
    """Raise `UsageError` for a file of --var-file that cannot be read: what is judged without it has wrong values.

    `folders` are those that were given to be read: where the file lies in one of them, the message names it.
    """
    for file in inputs.var_files:
        path = os.path.join(inputs.working_directory, file)
        if os.path.isfile(path) and os.access(path, os.R_OK):
            wrong = unreadable_values(path, inputs.working_directory)
            if wrong is not None:
                raise UsageError(f"--var-file {file} cannot be read, so nothing was judged: {wrong}")
            continue
        if os.path.lexists(path):
            raise UsageError(f"--var-file {file} cannot be read, so nothing was judged: it is {_what(path)}")
        there = [os.path.normpath(os.path.join(folder, file)).replace(os.sep, "/") for folder in folders]
        found = next((each for each in there if os.path.isfile(os.path.join(inputs.working_directory, each))), None)
        hint = f"; there is {found}: paths count from the working directory" if found else ""
        raise UsageError(f"there is no file {file} (--var-file), so nothing was judged{hint}")


def unreadable_values(path: str, directory: str) -> Problem | None:
    """Give the first problem with the text of a file of variables: read as far as it goes, it would give wrong values.

    It is named from `directory`.
    """
    from imdsguard.terraform.boundary import Boundary
    from imdsguard.terraform.source.source_cache import SourceCache
    from imdsguard.terraform.source.variables import named_file

    real = os.path.realpath(path)
    cache = SourceCache(directory, Boundary(os.path.dirname(real)))
    named_file(os.path.abspath(path), cache)
    return next(iter(cache.problems), None)


def _what(path: str) -> str:
    if os.path.isdir(path):
        return "a folder"
    return "not readable" if os.path.isfile(path) else "no file"
