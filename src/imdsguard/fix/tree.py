"""The code that is fixed, read once: what is found in it as it is, and what would be with some texts edited."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.fix.file_text import FileText, NotEditableError
from imdsguard.model.environment import Stack
from imdsguard.model.finding import Verdict
from imdsguard.model.place import Place
from imdsguard.model.record import record, replace
from imdsguard.system.paths import folder_in_repository
from imdsguard.terraform.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from imdsguard.model.estate import Estate
    from imdsguard.model.finding import Finding
    from imdsguard.model.launch import Launch
    from imdsguard.model.problem import Problem
    from imdsguard.model.resource import Resource
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Reading
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.root import Root

    Key: TypeAlias = tuple[Stack, str]
    """A stack, and the address of a resource in it."""


@record(frozen=True, slots=True)
class Judged:
    """Some root modules and what the rules say of them, every verdict."""

    roots: tuple[Root, ...]
    estate: Estate
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]

    def resources(self) -> dict[Key, Resource]:
        """Give all resources that were read, by stack and address."""
        return {(each.stack, each.address): each for root in self.roots for each in root.resources}

    def launches(self) -> dict[Key, Launch]:
        """Give all launches by stack and address."""
        return {(each.resource.stack, each.address): each for each in self.estate.launches}

    def resource_of(self, finding: Finding) -> Resource | None:
        """Give the resource that a finding of one environment is about."""
        return self.resources().get(key_of_finding(finding))

    def launch_of(self, finding: Finding) -> Launch | None:
        """Give the launch that a finding of one environment is about."""
        return self.launches().get(key_of_finding(finding))


class SourceTree:
    """What was read with an overlay, and how it is judged."""

    def __init__(self, paths: Sequence[str], inputs: Inputs, config: RunConfig) -> None:
        from imdsguard.run.reading import read

        self.inputs = replace(inputs, overlay=Overlay())
        self.config = config
        self.reading: Reading = read(paths, self.inputs, config.policy.assumptions)
        self.inputs = self.reading.inputs or self.inputs  # with the environments in which each root module is read
        self._base: dict[tuple[str, ...], Judged] = {}
        self._files: dict[str, FileText] = {}
        self._reals: dict[str, str] = {}

    @property
    def overlay(self) -> Overlay:
        """The files as they are."""
        assert self.inputs.overlay is not None
        return self.inputs.overlay

    @property
    def prefix(self) -> str:
        """The path from the top of the repository to the working directory; "" where they are one."""
        return folder_in_repository()

    def file(self, label: str) -> FileText:
        """Give a file that is to be edited. Raises `NotEditableError` for one that is not."""
        if label not in self._files:
            self._files[label] = self._open(label)
        return self._files[label]

    def _open(self, label: str) -> FileText:
        if Place(label).downloaded:
            raise NotEditableError(f"{label} is in a downloaded module")
        if label.rpartition("/")[2] == "cdk.tf.json":
            raise NotEditableError(f"{label} is generated: the construct is to be changed")
        path = os.path.abspath(label)
        real = os.path.realpath(path)
        if os.path.islink(path):
            raise NotEditableError(f"{label} is a symbolic link")
        kept = self.overlay.kept
        parsed = kept.parsed.get(real) or kept.parsed.get(path)
        data = parsed.data if parsed is not None else kept.scripts.get(real)
        if data is None:
            raise NotEditableError(f"{label} is no file that was read")
        if b"\0" in data:
            raise NotEditableError(f"{label} is no text")
        return FileText(label, real, data)

    def affected(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Give the names of the root modules that these files (real paths) reach, with those that share an estate."""
        readers = {root for path in paths for root in self.overlay.kept.readers.get(path, ())}
        names = _names(paths)
        reached = [
            root.name
            for root in self.reading.roots
            if self._real(root.name) in readers
            or any(self._real(file) in paths for file in root.files if os.path.basename(file) in names)
        ]
        return self.group(*reached)

    def _real(self, path: str) -> str:
        """The real path, asked once."""
        if path not in self._reals:
            self._reals[path] = os.path.realpath(path)
        return self._reals[path]

    def group(self, *names: str) -> tuple[str, ...]:
        """Give these root modules with those that share an estate with one of them."""
        assumptions = self.config.policy.assumptions
        roots = self.reading.roots
        joined = assumptions.joined({root.stack: root.account for root in roots}) if assumptions else {}
        groups = {shared for stack, shared in joined.items() if stack.root in names}
        return tuple(
            dict.fromkeys(root.name for root in roots if root.name in names or joined.get(root.stack) in groups)
        )

    def base(self, names: tuple[str, ...]) -> Judged:
        """Judge these root modules as they are."""
        if names not in self._base:
            self._base[names] = self.edited(names, {})
        return self._base[names]

    def edited(self, names: tuple[str, ...], texts: Mapping[str, bytes]) -> Judged:
        """Judge these root modules with the contents of some files (by real path) as they would be."""
        from imdsguard.aws.types.registry import supported_types
        from imdsguard.terraform.read import read_again

        inputs = replace(self.inputs, overlay=self.overlay.over(texts))
        found = read_again(self._of_source(names), inputs, supported_types())
        return self._judged(found.roots, found.problems)

    @property
    def of_modules(self) -> frozenset[Stack]:
        """The modules of a module's repository that were read by themselves: no root module is what they are."""
        return frozenset(launch.resource.stack for launch in self.reading.estate.modules)

    def is_source(self, name: str) -> bool:
        """Whether a root is a folder of code; else it is a plan or a state."""
        return os.path.normpath(os.path.realpath(name)) in self.overlay.kept.boundaries

    def _of_source(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if self.is_source(name))

    def of_every_type(self, names: tuple[str, ...], texts: Mapping[str, bytes]) -> dict[Key, Resource]:
        """Give the resources of all types in these root modules, read with the texts edited."""
        from imdsguard.terraform.read import read_again

        types = {
            type_ if kind == "resource" else f"data.{type_}"
            for _, module in self.overlay.kept.modules.values()
            for kind, type_, _ in module.resources
            if kind in ("resource", "data")
        }
        inputs = replace(self.inputs, overlay=self.overlay.over(texts))
        found = read_again(self._of_source(names), inputs, frozenset(types))
        return {(each.stack, each.address): each for root in found.roots for each in root.resources}

    def _judged(self, roots: tuple[Root, ...], problems: tuple[Problem, ...]) -> Judged:
        from imdsguard.run.judge import judge
        from imdsguard.run.reading import estate_of

        estate = estate_of(roots, problems, self.config.policy.assumptions).estate
        outcome = judge(estate, self.config.rules, self.config.policy)
        return Judged(roots, estate, outcome.findings, problems + outcome.problems)


def _names(paths: Sequence[str]) -> set[str]:
    return {os.path.basename(path) for path in paths}


def key_of_finding(finding: Finding) -> Key:
    """Give the stack and the address that a finding of one environment is about."""
    return Stack(finding.root, next(iter(finding.environments), "")), finding.address


def in_each_environment(finding: Finding) -> list[Finding]:
    """Take a finding apart that several environments have."""
    if len(finding.environments) < 2:
        return [finding]
    return [replace(finding, environments=(name,)) for name in finding.environments]


def identity(finding: Finding) -> tuple[str, ...]:
    """Name what a finding is about, whatever its verdict."""
    return (finding.rule, finding.root, finding.address, finding.region or "", finding.aspect, *finding.environments)


def badness(finding: Finding) -> int:
    """How bad a verdict is: 0 as it should be; more is worse."""
    from imdsguard.model.severity import Severity

    if finding.verdict is Verdict.PASS:
        return 0
    worst = len(Severity) - list(Severity).index(finding.severity)
    return worst * 2 + (1 if finding.verdict is Verdict.FAIL else 0)
