"""Files and module folders, each read and parsed at most once in a run, and only when something asks for it."""

from __future__ import annotations

import os
from operator import is_not
from typing import TYPE_CHECKING, Any, TypeVar

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.record import replace
from imdsguard.terraform.overlay import Overlay, ParsedFile
from imdsguard.terraform.source.folder import Listing, list_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from imdsguard.hcl.syntax.body import SyntaxBody
    from imdsguard.hcl.syntax.source import OpinionBudget
    from imdsguard.model.environment import Stack
    from imdsguard.terraform.boundary import Boundary
    from imdsguard.terraform.source.configuration import Module

_NOTHING = Listing((), ())
_Made = TypeVar("_Made")


class SourceCache:
    """What a run has read.

    Paths are absolute real paths; labels are what people see, relative to the working directory. `budget` is what the
    run may ask a second reader about refused text; without one it is not asked. `overlay` has texts that stand for
    files.
    """

    def __init__(
        self,
        working_directory: str,
        boundary: Boundary,
        budget: OpinionBudget | None = None,
        overlay: Overlay | None = None,
    ) -> None:
        self._budget = budget
        self.overlay = overlay if overlay is not None else Overlay()
        self.working_directory = os.path.realpath(working_directory)
        self.boundary = boundary
        self._data: dict[str, bytes | None] = {}
        self._bodies: dict[str, SyntaxBody | None] = {}
        self._listings: dict[str, Listing] = {}
        self._modules: dict[str, Module] = {}
        self._problems: dict[Problem, dict[Stack | None, None]] = {}
        self.stack: Stack | None = None
        """The stack that is being evaluated."""
        self.evaluated: list[Stack] = []
        """All that were."""
        self._labels: dict[str, str] = {}
        self._made: dict[object, Any] = {}

    def add_place(self, top: str, label: str) -> None:
        """Let the code of a module be read from a folder of ours (a real path).

        It is shown as `label`; one that ends with a colon is git's (`v1.2.0:modules/web/main.tf`).
        """
        if top not in self._labels:
            self._labels[top] = label
            self.boundary.places.append(top)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that could not be read so far, each once, in order."""
        environments: dict[str, set[str]] = {}
        for stack in self.evaluated:
            environments.setdefault(stack.root, set()).add(stack.environment)
        return tuple(_named(problem, stacks, environments) for problem, stacks in self._problems.items())

    def report(self, *problems: Problem) -> None:
        """Remember what could not be read, with the stack for which it was tried."""
        self._note(*problems, stack=self.stack)

    def _note(self, *problems: Problem, stack: Stack | None = None) -> None:
        """Remember what could not be read. Without a stack it is about the code, which is read once for all."""
        for problem in problems:
            self._problems.setdefault(problem, {})[stack] = None

    def label(self, path: str) -> str:
        """How a path is shown: relative to the working directory, with `/`."""
        for top, label in self._labels.items():
            if path == top or path.startswith(top + os.sep):
                below = path[len(top) :].replace(os.sep, "/")
                return label + (below.lstrip("/") if label.endswith(":") else below)
        try:
            return os.path.relpath(path, self.working_directory).replace(os.sep, "/")
        except ValueError:  # another drive
            return path.replace(os.sep, "/")

    def listing(self, folder: str) -> Listing:
        """The configuration files of a folder; one that cannot be listed is a problem, and empty."""
        if folder not in self._listings:
            try:
                self._listings[folder] = list_folder(folder)
            except OSError as error:
                self._listings[folder] = _NOTHING
                self._note(Problem(f"cannot list this folder: {error.strerror or error}", Place(self.label(folder))))
        return self._listings[folder]

    def data(self, path: str) -> bytes | None:
        """The bytes of a file; None (and a problem) if it cannot be read."""
        if path not in self._data:
            self._data[path] = self._read(path)
        return self._data[path]

    def read_named(self, path: str) -> bytes:
        """Give the bytes of a file that a person named: it may lie anywhere. Raises `OSError`."""
        return self.overlay.read(path, os.path.realpath(path), script=True)

    def note_reader(self, path: str, root: str) -> None:
        """Remember that the root module in the folder `root` reads a file of variables."""
        self.overlay.note_reader(os.path.realpath(path), root)

    def forget(self, path: str) -> None:
        """Drop the bytes of a file that does not matter."""
        self._data.pop(path, None)

    def body(self, path: str) -> SyntaxBody | None:
        """The parsed file. What is wrong in it is reported once; None if nothing of it could be read."""
        if path not in self._bodies:
            data = self.data(path)
            self._bodies[path] = self._parsed(path, data) if data is not None else None
        return self._bodies[path]

    def parse(self, label: str, data: bytes) -> SyntaxBody | None:
        """Parse a file's content and report what is wrong in it."""
        body, problems = self._parse(label, data)
        self._note(*problems)
        return body

    def _parsed(self, path: str, data: bytes) -> SyntaxBody | None:
        """Parse a file that may have been parsed in an earlier reading of the same files."""
        parsed = self.overlay.kept.parsed
        known = parsed.get(path)
        if known is None or known.data is not data:
            known = ParsedFile(data, *self._parse(self.label(path), data))
            if path not in self.overlay.texts:
                parsed[path] = known
        self._note(*known.problems)
        return known.body

    def _parse(self, label: str, data: bytes) -> tuple[SyntaxBody | None, tuple[Problem, ...]]:
        from imdsguard.hcl.errors import EvaluationError, LimitReached
        from imdsguard.hcl.syntax.source import SourceText

        try:
            if label.endswith(".json"):
                from imdsguard.hcl.syntax.json import parse_json_body as parse
            else:
                from imdsguard.hcl.syntax.native import parse_body as parse
            body, problems = parse(SourceText(label, data, self._budget))
        except LimitReached as limit:
            return None, (Problem(limit.message, Place(label)),)
        except EvaluationError as error:
            return None, (Problem(error.message, error.place or Place(label)),)
        return body, problems

    def module(self, folder: str) -> Module:
        """The merged configuration of a folder."""
        if folder not in self._modules:
            from imdsguard.terraform.source.configuration import describe

            found = self.listing(folder)
            paths = [[os.path.join(folder, name) for name in names] for names in (found.primary, found.override)]
            bodies = [[body for path in each if (body := self.body(path)) is not None] for each in paths]
            made_of = (*bodies[0], *bodies[1])
            earlier, module = self.overlay.kept.modules.get(folder, ((), None))
            if module is None or len(earlier) != len(made_of) or any(map(is_not, earlier, made_of)):
                module = describe(folder, (*paths[0], *paths[1]), *bodies)
                if not any(path in self.overlay.texts for path in module.files):
                    self.overlay.kept.modules[folder] = (made_of, module)
            self._modules[folder] = module
            self._note(*module.problems)
        return self._modules[folder]

    def once(self, make: Callable[[SourceCache], _Made]) -> _Made:
        """Give what `make` makes of what is read: whoever asks first has it made, for all."""
        if make not in self._made:
            stack, self.stack = self.stack, None
            self._made[make] = make(self)
            self.stack = stack
        made: _Made = self._made[make]
        return made

    def module_with(self, folder: str, written: Sequence[tuple[str, SyntaxBody]]) -> Module:
        """The merged configuration of a folder into which files are written, by name, over any of that name."""
        from imdsguard.terraform.source.configuration import describe
        from imdsguard.terraform.source.folder import listing

        if not written:
            return self.module(folder)
        generated = dict(written)
        there = self.listing(folder)
        found = listing([*(name for name in there.names if name not in generated), *generated])
        paths = [[os.path.join(folder, name) for name in names] for names in (found.primary, found.override)]
        bodies = [
            [body for path in each if (body := generated.get(os.path.basename(path)) or self.body(path)) is not None]
            for each in paths
        ]
        module = describe(folder, (*paths[0], *paths[1]), *bodies)
        self._note(*module.problems)
        return module

    def _read(self, path: str) -> bytes | None:
        real = self.boundary.inside(path)
        if real is None:
            self._note(
                Problem("this file lies outside of the repository, where nothing is read", Place(self.label(path)))
            )
            return None
        try:
            return self.overlay.read(path, real)
        except OSError as error:
            self._note(Problem(f"cannot read this file: {error.strerror or error}", Place(self.label(path))))
            return None


def _named(problem: Problem, stacks: Iterable[Stack | None], environments: Mapping[str, set[str]]) -> Problem:
    """Name the environments of a problem, if it is not in all of those in which its root modules were read."""
    found: dict[str, dict[str, None]] = {}
    for stack in stacks:
        if stack is None or not stack.environment:
            return problem
        found.setdefault(stack.root, {})[stack.environment] = None
    if all(names.keys() >= environments[root] for root, names in found.items()):
        return problem
    return replace(problem, environments=tuple(dict.fromkeys(name for names in found.values() for name in names)))
