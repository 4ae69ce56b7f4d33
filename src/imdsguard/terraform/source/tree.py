"""The tree of module instances under one root, made on demand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import LimitReached
from imdsguard.model.problem import Problem
from imdsguard.system.module_manifest import MANIFEST, manifest_entries
from imdsguard.system.paths import NotAPathError
from imdsguard.terraform.source.evaluation import Evaluation, NoNames
from imdsguard.terraform.source.files import RepositoryFiles
from imdsguard.terraform.source.instance import ModuleInstance
from imdsguard.terraform.source.modules_elsewhere import NOWHERE, MissingCall, ModuleAbsent, ModuleCode
from imdsguard.terraform.source.variables import given_values
from imdsguard.terraform.workspace import noted_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.expansion import Key
    from imdsguard.terraform.source.modules_elsewhere import ModulesElsewhere
    from imdsguard.terraform.source.source_cache import SourceCache
    from imdsguard.terraform.source.terragrunt import TerragruntRoot
    from imdsguard.terraform.source.variables import Given

MAX_NESTING = 40
"""How deep modules may call each other."""


class ModuleTree:
    """One root module: where the code of its calls lies, and the instances that they make.

    `elsewhere` is asked for modules that are not downloaded. `terragrunt` is what Terragrunt makes of it.
    """

    def __init__(
        self,
        folder: str,
        cache: SourceCache,
        evaluation: Evaluation,
        given: Mapping[str, Given],
        elsewhere: ModulesElsewhere = NOWHERE,
        terragrunt: TerragruntRoot | None = None,
    ) -> None:
        self.folder = folder
        self.cache = cache
        self.evaluation = evaluation
        self._elsewhere = elsewhere
        self._manifest: dict[str, str] | None = None
        self._places: dict[tuple[str, str], str | None] = {}
        self._answers: dict[tuple[str, str], ModuleCode | ModuleAbsent] = {}
        self._unmade: dict[tuple[str, str, str | None], tuple[str, ModuleCode | ModuleAbsent]] = {}
        self._sources: dict[tuple[str, str], str] = {}
        self.computed_calls: list[tuple[str, str]] = []
        """Of the calls met so far whose source is computed and local: the folder of each, and the folder called."""
        self.terragrunt = terragrunt
        module = terragrunt.module if terragrunt is not None else cache.module(folder)
        self.top = ModuleInstance(self, module, given=given)

    @property
    def generated(self) -> bool:
        """Whether the root module may have files that are not here: they may declare variables."""
        return self.terragrunt is not None

    def instantiate(self, parent: ModuleInstance, call: Declaration) -> dict[Key, ModuleInstance] | None:
        """Make the instances of a module call, by key; None if the module's code is not there (a reported problem)."""
        expansion = parent.call_expansion(call.name)
        if not expansion.scopes:
            return {}
        folder = self.source_folder(parent, call)
        if folder is None:
            return None
        module = self.cache.module(folder)
        answer = self._answers.get(_site(parent, call))
        doubt, summary = (answer.doubt, answer.summary) if isinstance(answer, ModuleCode) else ("", False)
        instances: dict[Key, ModuleInstance] = {}
        for key, scope in expansion.scopes.items():
            try:
                self.evaluation.bounds.instances(1)
            except LimitReached as limit:
                self.cache.report(Problem(limit.message, call.place, "what lies beyond was not checked"))
                break
            instances[key] = ModuleInstance(
                self,
                module,
                parent.absolute(call, key),
                parent,
                call,
                scope,
                uncertain=expansion.unknown or parent.uncertain,
                doubt=doubt or parent.doubt,
                summary=summary,
                certain=parent.certain and (expansion.unknown is None or expansion.at_least_one),
            )
        return instances

    def source_folder(self, parent: ModuleInstance, call: Declaration) -> str | None:
        """Find the folder of a call's code. Each call site that has none is reported once."""
        key = _site(parent, call)
        if key not in self._places:
            self._places[key] = self._locate(parent, call)
        return self._places[key]

    def absent(self, parent: ModuleInstance, call: Declaration) -> tuple[str, ModuleAbsent]:
        """Say of a module whose code is not there what it would be downloaded from, and what is known of it."""
        key = _site(parent, call)
        answer = self._answers.get(key)
        if answer is None or isinstance(answer, ModuleCode):
            return "", ModuleAbsent()
        return self._sources[key], answer

    def folder_below(self, instance: ModuleInstance, calls: tuple[Declaration, ...]) -> str | None:
        """Find the folder of the code that a chain of calls leads to, of which none is made; None if it is not there.

        Nothing is evaluated or reported: Terraform itself needs the code only to look at it.
        """
        folder: str | None = instance.module.folder
        names = _names(instance)
        for call in calls:
            names = [*names, call.name]
            source = _literal(call, "source")
            if folder is None or source is None:
                return None
            folder = self._named(folder, source) if is_local(source) else self.installed(".".join(names))
        return folder

    def elsewhere_below(
        self, instance: ModuleInstance, calls: tuple[Declaration, ...]
    ) -> tuple[str, ModuleCode | ModuleAbsent] | None:
        """Say of code that `folder_below` does not find what it would be downloaded from, and what is known of it.

        None where the last of the calls is of a path, or of something that cannot be computed without the values of a
        module that is not made. Nothing is reported.
        """
        call = calls[-1]
        source = _literal(call, "source")
        if source is None or is_local(source):
            return None
        path = ".".join([*_names(instance), *(each.name for each in calls)])
        asked = path, source, _literal(call, "version")
        if asked not in self._unmade:
            self._unmade[asked] = self._find_elsewhere(*asked)
        return self._unmade[asked]

    def _find_elsewhere(self, path: str, source: str, version: str | None) -> tuple[str, ModuleCode | ModuleAbsent]:
        from imdsguard.terraform.source.module_address import parse_address

        address = parse_address(source)
        asked = MissingCall(self.folder, path, self.cache.boundary.root, source, address, version)
        answer = self._elsewhere.find(asked)
        if isinstance(answer, ModuleCode) and answer.top:
            self.cache.add_place(answer.top, answer.label)
        return address.shown, answer

    def _named(self, folder: str, source: str) -> str | None:
        try:
            found = self.cache.boundary.named(folder, source)
        except NotAPathError:
            return None
        return found if found is not None and os.path.isdir(found) else None

    def _locate(self, parent: ModuleInstance, call: Declaration) -> str | None:
        expression = call.body.expression("source")
        source = expression.literal() if expression is not None else None
        computed = source is None and expression is not None
        if source is None and expression is not None:
            value = parent.safe(expression)
            source = value.raw if isinstance(value.raw, str) else None
        if source is None:
            self._report(call, f"module {call.name}: its source cannot be computed", "its launches were not checked")
            return None
        if not is_local(source):
            return self.installed(_site(parent, call)[1]) or self._not_downloaded(parent, call, source)
        try:
            folder = self.cache.boundary.named(parent.module.folder, source)
        except NotAPathError as error:
            self._report(call, f"module {call.name}: its source is no path: {error}", "its launches were not checked")
            return None
        if folder is None:
            self._report(
                call, f"module {call.name}: {source} lies outside of the repository", "its launches were not checked"
            )
        elif not os.path.isdir(folder):
            self._report(call, f"module {call.name}: there is no folder {source}", "its launches were not checked")
        elif len(_folders(parent)) > MAX_NESTING:
            message = f"module {call.name}: modules call each other more than {MAX_NESTING} levels deep"
            self._report(call, message, "what lies deeper was not checked")
        elif folder in _folders(parent):
            self._report(call, f"module {call.name} calls itself through {source}", "its launches were not checked")
        else:
            if computed:
                self.computed_calls.append((parent.module.folder, folder))
            return folder
        return None

    def _not_downloaded(self, parent: ModuleInstance, call: Declaration, source: str) -> str | None:
        """Ask elsewhere for the code of a call; report it as missing if it may make what is looked for."""
        from imdsguard.terraform.source.module_address import parse_address

        key, address = _site(parent, call), parse_address(source)
        code = call.body.expression("version")
        version = parent.safe(code).raw if code is not None else None
        given = version if isinstance(version, str) else None
        asked = MissingCall(self.folder, key[1], self.cache.boundary.root, source, address, given)
        answer = self._answers[key] = self._elsewhere.find(asked)
        self._sources[key] = address.shown
        if isinstance(answer, ModuleCode):
            if answer.folder in _folders(parent):
                self._report(call, f"module {call.name} calls itself through {source}", "its launches were not checked")
                return None
            if answer.top:
                self.cache.add_place(answer.top, answer.label)
            return answer.folder
        if not answer.harmless:
            message = answer.message or f"{address.shown} is not downloaded: its launches were not checked"
            self.cache.report(
                Problem(message, call.place, answer.remedy or "run terraform init", about=address.package)
            )
        return None

    def _report(self, call: Declaration, message: str, remedy: str) -> None:
        self.cache.report(Problem(message, call.place, remedy))

    def installed(self, path: str) -> str | None:
        """Find the folder of a downloaded module by the names of the calls that lead to it, below the root's folder."""
        if self._manifest is None:
            self._manifest = _manifest(os.path.join(self.folder, MANIFEST), self.cache)
        directory = self._manifest.get(path)
        try:
            folder = self.cache.boundary.named(self.folder, directory) if directory is not None else None
        except NotAPathError:
            return None
        inside = folder is not None and (folder + os.sep).startswith(self.folder.rstrip(os.sep) + os.sep)
        return folder if folder is not None and inside and os.path.isdir(folder) else None


def _literal(call: Declaration, argument: str) -> str | None:
    expression = call.body.expression(argument)
    return expression.literal() if expression is not None else None


def is_local(source: str) -> bool:
    """Whether a module's source is a path ("Module Sources: local paths")."""
    return source.startswith(("./", "../", ".\\", "..\\")) or source in (".", "..")


def _manifest(path: str, cache: SourceCache) -> dict[str, str]:
    if cache.boundary.inside(path) is None:
        return {}
    try:
        return {entry["Key"]: entry["Dir"] for entry in manifest_entries(path)}
    except OSError:
        return {}
    except ValueError:
        from imdsguard.model.place import Place

        cache.report(
            Problem("this is not the JSON that terraform init writes", Place(cache.label(path)), "run it again")
        )
        return {}


def _site(parent: ModuleInstance, call: Declaration) -> tuple[str, str]:
    """Name a call site: the folder that it stands in, and the names of the calls that lead to it and its own."""
    return parent.module.folder, ".".join([*_names(parent), call.name])


def _names(instance: ModuleInstance) -> list[str]:
    names: list[str] = []
    at: ModuleInstance | None = instance
    while at is not None and at.call is not None:
        names.append(at.call.name)
        at = at.parent
    return names[::-1]


def _folders(instance: ModuleInstance) -> list[str]:
    found = []
    at: ModuleInstance | None = instance
    while at is not None:
        found.append(at.module.folder)
        at = at.parent
    return found


def evaluation_of(folder: str, cache: SourceCache, inputs: Inputs) -> Evaluation:
    """Begin the evaluation of the root module in `folder`, in the workspace that is given or noted there."""
    workspace = inputs.workspace if inputs.workspace is not None else noted_workspace(folder, cache.boundary)
    return Evaluation(RepositoryFiles(folder, cache.boundary, cache.label, cache.overlay), workspace)


def load(folder: str, cache: SourceCache, inputs: Inputs) -> ModuleTree:
    """Load the root module in `folder` (a real path), as its Terragrunt units run it. Nothing is evaluated yet."""
    evaluation, given = evaluation_of(folder, cache, inputs), given_values(folder, inputs, cache)
    if not cache.overlay.kept.units:
        return ModuleTree(folder, cache, evaluation, given, inputs.modules)
    from imdsguard.terraform.source.terragrunt import under_units
    from imdsguard.terraform.source.terragrunt_units import TerragruntUnits

    units = cache.once(TerragruntUnits).of(folder)
    if not units:
        return ModuleTree(folder, cache, evaluation, given, inputs.modules)
    root = under_units(folder, units, cache, NoNames(evaluation.bounds, evaluation.files))
    return ModuleTree(folder, cache, evaluation, {**root.given, **given}, inputs.modules, root)
