"""Find and read policies, follow `extends`, and join them with the rules they select."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.finding import Severity
from imdsguard.model.record import record
from imdsguard.policy.draft import NEVER, Draft, read_draft
from imdsguard.policy.errors import PolicyError, nearest
from imdsguard.policy.policy import Policy, Setting
from imdsguard.policy.shipped import shipped_folder, shipped_policies
from imdsguard.policy.yaml import LARGEST, read_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.place import Place
    from imdsguard.model.rule import Rule

BASELINE = "baseline"
CONFIG = ".imdsguard.yaml"
_LONGEST_CHAIN = 16


@record(frozen=True, slots=True)
class Found:
    """A policy before its rules are loaded. `name` is what people call it: a shipped name, or the file."""

    name: str
    draft: Draft

    def select(self, rules: Iterable[str]) -> tuple[str, ...]:
        """Give those of `rules` that are on. Raises `PolicyError` if the policy speaks of a rule that is not there.

        The policies we ship may: they speak of our rules, and a program may run other ones.
        """
        known = tuple(rules)
        for rule, entry in self.draft.entries.items():
            if rule not in known and entry.place.file not in shipped_policies():
                raise PolicyError(f'there is no rule "{rule}"{nearest(rule, known)}', entry.place)
        return tuple(rule for rule in known if rule not in self.draft.entries or not self.draft.entries[rule].off)

    def bind(self, rules: Sequence[Rule]) -> Policy:
        """Join the policy with the rules it selected. Raises `PolicyError` for parameters that a rule does not have."""
        by_id = {rule.id: rule for rule in rules}
        settings: dict[str, Setting] = {}
        for rule, entry in self.draft.entries.items():
            if rule not in by_id and entry.place.file in shipped_policies():
                continue
            parameters = None
            if entry.parameters and rule in by_id and not entry.off:
                from imdsguard.policy.parameters import read_parameters

                parameters = read_parameters(by_id[rule], entry.parameters)
            settings[rule] = Setting(entry.off, entry.severity, entry.on_unknown, parameters)
        return Policy(
            name=self.name,
            settings=settings,
            on_unknown=self.draft.on_unknown or Severity.WARNING,
            fail_on=threshold(self.draft.fail_on or Severity.ERROR.value),
            outside=self.draft.outside,
        )


def threshold(word: str) -> Severity | None:
    """Give the severity a `fail_on` names; None for `never`."""
    return None if word == NEVER else Severity(word)


def find_policy(name: str | None, working_directory: str) -> Found:
    """Read the policy `name` (one we ship, or a path); without a name the project's own, else the baseline.

    Raises `PolicyError`.
    """
    if name is not None:
        return _read_chain(name, "", inside=None)
    config, top = discover(working_directory)
    return _read_chain(BASELINE, "", inside=None) if config is None else _read_chain(config, "", inside=top)


def discover(working_directory: str) -> tuple[str | None, str]:
    """Look for `.imdsguard.yaml` from the working directory upward to the git root.

    Gives it, if it is there, and the folder in which the search ended.
    """
    start = folder = os.path.abspath(working_directory)
    found: str | None = None
    while True:
        candidate = os.path.join(folder, CONFIG)
        if found is None and os.path.lexists(candidate):
            found = os.path.relpath(candidate, start)
        parent = os.path.dirname(folder)
        if os.path.lexists(os.path.join(folder, ".git")):
            return found, folder
        if parent == folder:  # no repository: only what is in the working directory itself is the project's
            own = os.path.join(start, CONFIG)
            return (CONFIG if os.path.lexists(own) else None), start
        folder = parent


def _read_chain(name: str, folder: str, inside: str | None) -> Found:
    """Read a policy and all it extends. A policy that names none extends the baseline."""
    path = _path(name, folder, None)
    shown, draft = _read(path, name, None, inside)
    chain = [path]
    while draft.extends is not None or not _is_baseline(chain[-1]):
        place = draft.extends.place if draft.extends else None
        next_name = draft.extends.text if draft.extends else BASELINE
        path = _path(next_name, os.path.dirname(chain[-1]), place)
        if os.path.realpath(path) in map(os.path.realpath, chain):
            raise PolicyError(f"policies extend each other in a circle: {next_name} is there already", place)
        if len(chain) == _LONGEST_CHAIN:
            raise PolicyError(f"more than {_LONGEST_CHAIN} policies extend each other", place)
        chain.append(path)
        _, base = _read(path, next_name, place, inside)
        draft = draft.over(base)
    return Found(shown, draft)


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
        raise PolicyError(f'there is no policy "{name[:60]}"{hint}; a path ends in .yaml or .yml', place)
    return f"{shipped_folder('policies')}/{name}.yaml"


def _read(path: str, name: str, place: Place | None, inside: str | None) -> tuple[str, Draft]:
    shipped = os.path.dirname(path) == shipped_folder("policies")
    shown = name if shipped else path.replace(os.sep, "/")
    real = os.path.realpath(path)
    if inside is not None and not shipped and not real.startswith(os.path.join(os.path.realpath(inside), "")):
        raise PolicyError(f"{shown} lies outside the repository: name it with --policy if you trust it", place)
    try:
        if not os.path.isfile(path) and os.path.exists(path):
            raise PolicyError(f"{shown} is not a file", place)
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise PolicyError(f"the policy {shown} cannot be read: {error.strerror}", place) from None
    base = os.path.dirname(path) if os.path.basename(path) == CONFIG else ""
    return shown, read_draft(read_nodes(data, shown), base)
