"""Find and read policies, follow `extends`, and join them with the rules they select."""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.model.severity import Severity
from imdsguard.policy.document import NEVER, PolicyDocument, read_document
from imdsguard.policy.errors import Complaints, PolicyError, nearest
from imdsguard.policy.nodes import Table
from imdsguard.policy.policy import Policy, Setting
from imdsguard.policy.shapes import MOST
from imdsguard.policy.shipped import shipped_folder, shipped_policies
from imdsguard.policy.yaml import LARGEST, read_nodes
from imdsguard.system.files import read_head
from imdsguard.system.paths import real_path_inside, repository_top

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from imdsguard.model.place import Place
    from imdsguard.model.rule import Rule
    from imdsguard.policy.nodes import Node

BASELINE = "baseline"
CONFIG = ".imdsguard.yaml"
MISTAKEN = ".imdsguard.yml"
"""What people call it by mistake. It is refused: a policy must not be passed over in silence."""
RESERVED = ("exemption-expired", "exemption-unused", "suppression-expired", "suppression-invalid", "suppression-unused")
"""Rules that no file holds: those by which exemptions of a policy and comments in the code are reported."""
_LONGEST_CHAIN = 16
_MOST_FILES = 64


@record(frozen=True, slots=True)
class PolicyLayer:
    """One policy file as it is written. `name` is what people call it: a shipped name, or the file."""

    name: str
    node: Node
    document: PolicyDocument


@record(frozen=True, slots=True)
class ResolvedPolicy:
    """A policy before its rules are loaded. `name` is what people call it: a shipped name, or the file.

    `layers` are the files that it is made of, weakest first.
    """

    name: str
    document: PolicyDocument
    layers: tuple[PolicyLayer, ...] = field(default=(), compare=False)

    def select(self, rules: Iterable[str], load: Callable[[], Iterable[Rule]] = tuple) -> tuple[str, ...]:
        """Give those of `rules` that are on. Raises `PolicyError` if the policy names a rule that is not there.

        The policies we ship may: they speak of our rules, and a program may run other ones. `load` gives all rules; it
        is called where the policy selects them by what they declare.
        """
        files = tuple(rules)
        known = self._known(files)
        shipped = shipped_policies()
        document = self.document
        wrong = Complaints()
        for rule, entry in document.entries.items():
            if rule not in known and entry.place.file not in shipped:
                wrong.add(f'there is no rule "{rule}"{nearest(rule, known)}', entry.place)
        for requirement in document.requirements.values():
            if requirement.id in files or requirement.id in RESERVED:
                wrong.add(f'there is a rule "{requirement.id}" already: choose another id', requirement.place)
        for exemption in document.exemptions:
            for glob in exemption.rules:
                if not exemption.means_one_of(glob, known):
                    wrong.add(f'there is no rule "{glob}"{nearest(glob, known)}', exemption.place)
        wrong.attempt(document.suppressions.refuse_unknown, known)
        declared: dict[str, Rule] = {}
        if document.selection is not None:
            declared = {rule.id: rule for rule in load()}
            controls = {rule: declared[rule].controls for rule in declared}
            wrong.attempt(document.selection.refuse_unknown, controls, known, shipped)
        wrong.raise_if_any()
        return tuple(rule for rule in files if self._is_on(rule, declared.get(rule)))

    def _is_on(self, rule: str, declared: Rule | None) -> bool:
        entry = self.document.entries.get(rule)
        if declared is not None and declared.fixed and not (entry is not None and entry.off):
            return True
        return self.document.has_on(rule, declared.controls if declared is not None else {})

    def switched_off(self, rules: Iterable[str]) -> tuple[str, ...]:
        """Give those of `rules` that are off, to be loaded for `refuse_fixed`; our own policies know which may be."""
        shipped = shipped_policies()
        entries = self.document.entries
        return tuple(
            rule for rule in rules if rule in entries and entries[rule].off and entries[rule].place.file not in shipped
        )

    def refuse_fixed(self, rules: Iterable[Rule]) -> None:
        """Raise `PolicyError` if the policy turns one of `rules` off or makes it milder that says it must not be."""
        wrong = Complaints()
        for rule in rules:
            entry = self.document.entries.get(rule.id) if rule.fixed else None
            if entry is not None and (
                entry.off or entry.on_unknown or entry.on_deployed or entry.severity not in (None, rule.severity)
            ):
                wrong.add(
                    f"{rule.id} is always {_a(rule.severity)}, and a policy cannot change that: "
                    "what is meant to be so needs an entry in exemptions, with a reason",
                    entry.place,
                )
        wrong.raise_if_any()

    def _known(self, files: tuple[str, ...]) -> tuple[str, ...]:
        return (*files, *self.document.requirements, *RESERVED)

    def bind(self, rules: Sequence[Rule]) -> Policy:
        """Join the policy with the rules it selected. Raises `PolicyError` for parameters that a rule does not have."""
        self.refuse_fixed(rules)
        own = self.own_rules()
        by_id = {rule.id: rule for rule in (*rules, *own)}
        shipped = shipped_policies()
        settings = {rule.id: Setting(off=True) for rule in rules if not self._is_on(rule.id, rule)}
        settings |= {
            name: Setting(on_unknown=each.on_unknown)
            for name, each in self.document.requirements.items()
            if each.on_unknown is not None
        }
        wrong = Complaints()
        for rule, entry in self.document.entries.items():
            if rule not in by_id and entry.place.file in shipped:
                continue
            parameters = None
            if entry.parameters and rule in by_id and not entry.off:
                from imdsguard.policy.parameters import read_parameters

                parameters = wrong.attempt(read_parameters, by_id[rule], entry.parameters)
            declared = settings[rule].on_unknown if rule in settings else None
            settings[rule] = Setting(
                entry.off or (rule in settings and settings[rule].off),
                entry.severity,
                entry.on_unknown or declared,
                entry.on_deployed,
                parameters,
            )
        wrong.raise_if_any()
        return Policy(
            name=self.name,
            settings=settings,
            on_unknown=self.document.on_unknown or Severity.WARNING,
            on_deployed=self.document.on_deployed,
            fail_on=threshold(self.document.fail_on or Severity.ERROR.value),
            assumptions=self.document.assumptions,
            rules=own,
            exemptions=self.document.exemptions,
            suppressions=self.document.suppressions,
            baseline=self.document.baseline,
            honor_comments=self.document.honor_comments,
        )

    def own_rules(self) -> tuple[Rule, ...]:
        """Give the rules that the policy brings: its requirements, and those by which exemptions are reported."""
        own = tuple(requirement.rule() for requirement in self.document.requirements.values())
        if not self.document.exemptions:
            return own
        from imdsguard.policy.exempt import rules_of_exemptions

        return (*own, *rules_of_exemptions())


def _a(severity: Severity) -> str:
    return f"an {severity.value}" if severity is Severity.ERROR else f"a {severity.value}"


def threshold(word: str) -> Severity | None:
    """Give the severity a `fail_on` names; None for `never`."""
    return None if word == NEVER else Severity(word)


def find_policy(name: str | None, working_directory: str, base: str | None = None) -> ResolvedPolicy:
    """Read the policy `name` (one we ship, or a path); without a name the project's own, else the baseline.

    Globs on paths count from the folder `base`; without it those of a policy that is named count from the top of the
    repository (without one, from the working directory), and those of the project's own from its folder. Raises
    `PolicyError`.
    """
    if name is not None:
        return _read_chain(name, None, top_of(working_directory) if base is None else base)
    config, top = discover(working_directory)
    return _read_chain(BASELINE, None, base) if config is None else _read_chain(config, top, base)


def discover(working_directory: str) -> tuple[str | None, str]:
    """Look for `.imdsguard.yaml` from the working directory upward to the git root.

    Gives it, if it is there, and the folder in which the search ended. Raises `PolicyError` for a `.imdsguard.yml`.
    """
    start = folder = os.path.abspath(working_directory)
    top = repository_top(start) or start  # no repository: only what is in the working directory itself is the project's
    while (found := _config_in(folder, start)) is None and folder != top:
        folder = os.path.dirname(folder)
    return _well_named(found), top


def top_of(working_directory: str) -> str:
    """Give the top of the repository that a folder lies in, relative to it; "" where there is none, or it is itself."""
    start = os.path.abspath(working_directory)
    top = repository_top(start)
    return "" if top is None or top == start else os.path.relpath(top, start).replace(os.sep, "/")


def _config_in(folder: str, start: str) -> str | None:
    names = (name for name in (CONFIG, MISTAKEN) if os.path.lexists(os.path.join(folder, name)))
    name = next(names, None)
    return None if name is None else os.path.relpath(os.path.join(folder, name), start)


def _well_named(config: str | None) -> str | None:
    if config is not None and os.path.basename(config) == MISTAKEN:
        raise PolicyError(f"{config} is not read: call it {CONFIG}")
    return config


class _Chain:
    """Reads a policy and all it extends, each file once. A policy that names none extends the baseline.

    Globs on paths count from the folder `base` if it is given. Without it those of a `.imdsguard.yaml`, and of what it
    extends, count from its folder, and all others from the working directory.
    """

    def __init__(self, inside: str | None, base: str | None = None) -> None:
        self._inside = inside
        self._base = base
        self._read: set[str] = set()
        self.layers: list[PolicyLayer] = []

    def take(
        self,
        name: str,
        folder: str = "",
        place: Place | None = None,
        above: tuple[tuple[str, str], ...] = (),
        base: str = "",
    ) -> None:
        """Read one policy, after those it extends. `above` are those that led here: real path and name."""
        path = _path(name, folder, place)
        real = os.path.realpath(path)
        if any(real == other for other, _ in above):
            circle = " -> ".join([*(shown for _, shown in above), name])
            raise PolicyError(f"policies extend each other in a circle: {circle}", place)
        if real in self._read:
            return
        if len(above) == _LONGEST_CHAIN:
            raise PolicyError(f"more than {_LONGEST_CHAIN} policies extend each other", place)
        if len(self._read) == _MOST_FILES:
            raise PolicyError(f"a policy cannot be made of more than {_MOST_FILES} files", place)
        self._read.add(real)
        if self._base is not None:
            base = self._base
        elif os.path.basename(path) == CONFIG:
            base = os.path.dirname(path)
        layer = _read(path, name, place, self._inside, base)
        here = (*above, (real, layer.name))
        for other in layer.document.extends:
            self.take(other.text, os.path.dirname(path), other.place, here, base)
        if not layer.document.extends and not _is_baseline(path):
            self.take(BASELINE, above=here)
        self.layers.append(layer)


def _read_chain(name: str, inside: str | None, base: str | None = None) -> ResolvedPolicy:
    chain = _Chain(inside, base)
    chain.take(name)
    document = PolicyDocument()
    for layer in chain.layers:
        document = layer.document.over(document)
    if max(len(document.requirements), len(document.exemptions)) > MOST:
        raise PolicyError(f"a policy cannot come to more than {MOST} requirements or {MOST} exemptions")
    return ResolvedPolicy(chain.layers[-1].name, document, tuple(chain.layers))


def _refuse_outside(baseline: str, node: Node, inside: str) -> None:
    """Refuse a baseline outside of the repository: the scanned tree must not say what else is read and written."""
    if real_path_inside(baseline, os.path.realpath(inside)) is None:
        named = node.get("baseline") if isinstance(node, Table) else None
        raise PolicyError(
            f"the baseline {baseline} lies outside the repository: name it with --baseline if you mean it",
            named.place if named is not None else None,
        )


def _is_baseline(path: str) -> bool:
    return path == f"{shipped_folder('policies')}/{BASELINE}.yaml"


def _path(name: str, folder: str, place: Place | None) -> str:
    """Give the file a name stands for: a path if it looks like one, else one of the policies we ship."""
    if "\0" in name:
        raise PolicyError("a policy's name cannot hold a NUL character", place)
    if name.endswith((".yaml", ".yml")) or "/" in name or os.sep in name:
        return os.path.join(folder, name)
    if name not in shipped_policies():
        hint = nearest(name, shipped_policies())
        path = "" if hint.endswith("?") else "; a path ends in .yaml or .yml"
        raise PolicyError(f'there is no policy "{name[:60]}"{hint}{path}', place)
    return f"{shipped_folder('policies')}/{name}.yaml"


def _read(path: str, name: str, place: Place | None, inside: str | None, base: str) -> PolicyLayer:
    shipped = os.path.dirname(path) == shipped_folder("policies")
    shown = name if shipped else path.replace(os.sep, "/")
    if inside is not None and not shipped and real_path_inside(path, os.path.realpath(inside)) is None:
        raise PolicyError(f"{shown} lies outside the repository: name it with --policy if you trust it", place)
    try:
        if not os.path.isfile(path) and os.path.exists(path):
            raise PolicyError(f"{shown} is not a file", place)
        data = read_head(path, LARGEST + 1)
    except OSError as error:
        raise PolicyError(f"the policy {shown} cannot be read: {error.strerror}", place) from None
    node = read_nodes(data, shown)
    try:
        document = read_document(node, base)
        if inside is not None and document.baseline is not None:
            _refuse_outside(document.baseline, node, inside)
        return PolicyLayer(shown, node, document)
    except PolicyError as error:
        from imdsguard.policy.schema import missed

        said = error.all()
        raise PolicyError(error.message, error.place, (*error.more, *missed(node, said))) from None
