"""Read whatever is given (folders, Terraform files, plans, states) into roots."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.source import OpinionBudget
from imdsguard.model.environment import Stack
from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.record import replace
from imdsguard.system.files import read_document_bytes
from imdsguard.terraform.boundary import boundary_of
from imdsguard.terraform.reading import RootsRead
from imdsguard.terraform.root import Root
from imdsguard.terraform.root_inputs import RootInputs, undeclared, undeclared_in_files
from imdsguard.terraform.source.discovery import Excluded, ModuleGraph, find_folders, roots_of
from imdsguard.terraform.source.folder import UNIT, is_configuration, is_variables
from imdsguard.terraform.source.module_repository import ModuleRepository, with_defaults
from imdsguard.terraform.source.prefilter import Prefilter
from imdsguard.terraform.source.read_files import DATA_ENDINGS, FileReaders
from imdsguard.terraform.source.source_cache import SourceCache
from imdsguard.terraform.source.var_files import uses_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.unseen import Unseen
    from imdsguard.terraform.boundary import Boundary
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.source.var_files import VarFileUse


def read(
    paths: Sequence[str],
    inputs: Inputs,
    wanted: frozenset[str],
    stdin: bytes | None = None,
    providers: Sequence[str] = (),
) -> RootsRead:
    """Read `paths` (relative to the working directory; `-` is a document in `stdin`).

    `wanted` are the resource types to return (data sources as `data.aws_ami`): all others are still there for
    references. `providers` are those (by the first word of their types) of which it is told whether there is anything.
    Never raises for anything in the input: what cannot be read is a problem, and everything else is still read.
    """
    reader = _RunReader(inputs, wanted, providers)
    for path in dict.fromkeys(paths):
        reader.take(path, stdin)
    return reader.finish()


def read_again(roots: Sequence[str], inputs: Inputs, wanted: frozenset[str]) -> RootsRead:
    """Read these root modules by name, and no others: all were read with an overlay of the same family before.

    Of their problems only those are given that are met on the way; nothing is looked for, so nothing else is noticed.
    """
    reader = _RunReader(inputs, wanted)
    return reader.again(roots)


RUN_TERRAGRUNT = (
    "judge the plan: terragrunt plan -out tfplan.bin, then terragrunt show -json tfplan.bin | imdsguard scan -; "
    "or scan the folder that terragrunt.hcl names as its source"
)


def _no_document(label: str, data: bytes) -> Problem:
    """Say what a file is, or what came in, that is neither code nor a document."""
    place = Place(label)
    if label == "-" and not data.strip():
        remedy = "the command before the pipe printed nothing: run it by itself to see why"
        return Problem("the standard input is empty", place, remedy)
    if os.path.basename(label) == UNIT:
        return Problem("this is a Terragrunt unit, and no Terraform code", place, RUN_TERRAGRUNT)
    what = "is neither a Terraform file nor a plan or state in JSON" if data.strip() else "file is empty"
    return Problem(f"this {what}", place, "make one with `terraform show -json`")


def _near(full: str, path: str) -> str:
    """Give what to do about a path that is not there: the name in its folder that is like it."""
    from difflib import get_close_matches

    folder, name = os.path.split(full.rstrip(os.sep))
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        names = []
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{os.path.join(os.path.dirname(path.rstrip(os.sep)), close[0])}"?'
    return "paths count from the folder that the command is started in"


class _RunReader:
    """One run: the given paths sorted by repository, then the roots of each."""

    def __init__(self, inputs: Inputs, wanted: frozenset[str], providers: Sequence[str] = ()) -> None:
        self._providers = providers
        self._inputs = inputs
        self._wanted = wanted
        self._prefilter = Prefilter(wanted)
        self._excluded = Excluded(inputs.exclude, inputs.excluded)
        self._directory = os.path.realpath(inputs.working_directory)
        self._budget = OpinionBudget()
        self._caches: dict[str, tuple[SourceCache, ModuleGraph]] = {}
        self._folders: dict[str, list[str]] = {}
        self._files: dict[str, dict[str, str]] = {}
        self._read_files: dict[str, dict[str, tuple[str, Problem | None]]] = {}
        """Files that code may read, by repository and real path: how each is shown, and what is wrong if none does."""
        self._passed_over: list[str] = []
        self._var_files: dict[str, dict[str, None]] = {}
        self._uses: dict[str, list[tuple[str, VarFileUse]]] = {}
        self._whole: set[str] = set()
        self._documents: list[Root] = []
        self._roots: list[Root] = []
        self._problems: list[Problem] = []
        self._notes: list[str] = []
        self._modules: list[Root] = []

    def take(self, path: str, stdin: bytes | None) -> None:
        """Sort one given path."""
        if path == "-":
            self._document("-", stdin or b"")
            return
        full = os.path.join(self._directory, path)
        try:
            if path in self._inputs.documents:
                shown = self._inputs.documents[path]
                if shown is not None:
                    self._document(self._label(full), shown)
            elif os.path.isdir(full):
                self._folder(full)
            elif not os.path.lexists(full) and self._inputs.from_hook:
                self._gone(full)
            elif not os.path.lexists(full):
                self._problems.append(Problem("there is no such file or folder", Place(path), _near(full, path)))
            elif is_configuration(os.path.basename(full)) or is_variables(os.path.basename(full)):
                self._file(full)
            elif full.endswith(DATA_ENDINGS) and os.path.isfile(full):
                self._data(full, None)
            else:
                self._document(self._label(full), read_document_bytes(full), full)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self._problems.append(Problem(f"cannot read this: {reason}", Place(path)))

    def _label(self, full: str) -> str:
        return os.path.relpath(full, self._directory).replace(os.sep, "/")

    def _cache(self, boundary: Boundary) -> tuple[SourceCache, ModuleGraph]:
        if boundary.root not in self._caches:
            cache = SourceCache(self._directory, boundary, self._budget, self._inputs.overlay)
            self._caches[boundary.root] = (cache, ModuleGraph(cache, self._prefilter))
        return self._caches[boundary.root]

    def _folder(self, full: str) -> None:
        boundary = boundary_of(full, self._directory)
        cache, _ = self._cache(boundary)
        found = list(find_folders(os.path.realpath(full), cache, self._excluded))
        self._folders.setdefault(boundary.root, []).extend(found)
        if not found:
            message, remedy = "there are no Terraform files in or below this folder", "name one that has some"
            if any(file.startswith(os.path.realpath(full) + os.sep) for file in cache.overlay.kept.units):
                message, remedy = f"{message}, but Terragrunt units", RUN_TERRAGRUNT
            self._problems.append(Problem(message, Place(self._label(full)), remedy))

    def _file(self, full: str) -> None:
        """Note a single file: its folder is read, through every root of the repository that uses it."""
        if self._excluded(self._label(full)):
            return
        real = os.path.realpath(full)
        folder = os.path.realpath(os.path.dirname(full))
        boundary = boundary_of(folder, self._directory)
        if is_variables(os.path.basename(full)):
            self._cache(boundary)
            self._var_files.setdefault(boundary.root, {})[os.path.join(folder, os.path.basename(full))] = None
            return
        self._files.setdefault(boundary.root, {})[folder] = real
        cache, _ = self._cache(boundary)
        cache.body(os.path.join(folder, os.path.basename(full)))  # a named file is checked whatever is in it

    def _data(self, full: str, problem: Problem | None) -> None:
        """Note a file that code may read: the roots that do are read. If none does, that is the problem, if one."""
        if self._excluded(self._label(full)):
            return
        boundary = boundary_of(os.path.dirname(full), self._directory)
        self._cache(boundary)
        self._read_files.setdefault(boundary.root, {})[os.path.realpath(full)] = (self._label(full), problem)

    def _gone(self, full: str) -> None:
        """Note a file that a commit deletes: what its folder is part of is read, or what may have read it."""
        name = os.path.basename(full)
        if not is_configuration(name) and not is_variables(name):
            self._data(full, None)
            return
        folder = os.path.realpath(os.path.dirname(full))
        boundary = boundary_of(folder, self._directory)
        cache, _ = self._cache(boundary)
        while not self._has_code(folder, cache) and is_variables(name) and folder != boundary.root:
            folder = os.path.dirname(folder)
        if self._has_code(folder, cache) and not self._excluded(self._label(full)):
            self._files.setdefault(boundary.root, {})[folder] = full

    @staticmethod
    def _has_code(folder: str, cache: SourceCache) -> bool:
        return os.path.isdir(folder) and bool(cache.listing(folder).names)

    def _document(self, label: str, data: bytes, full: str | None = None) -> None:
        """Read a plan or a state; a file that is neither may be one that code reads."""
        from imdsguard.terraform.documents import documents_in

        found = documents_in(label, data, self._wanted)
        if not found or (self._inputs.from_hook and full is not None):  # a commit's plans and states are no code
            problem = _no_document(label, data)
            if full is not None and os.path.isfile(full):
                self._data(full, problem)
            else:
                self._problems.append(problem)
            return
        for root, problems in found:
            self._documents.append(root)
            self._problems += problems

    def _at_its_source(self, document: Root) -> Root:
        """Join a plan or a state with its source, if there is one. It gets that one's name unless another has it."""
        from imdsguard.terraform.join.planned import join, join_with_any, renamed

        if self._inputs.source is not None:
            root, problems = join(document, self._inputs.source, self._inputs, self._wanted)
            self._problems += problems
        else:
            file = document.files[0]
            own = os.path.dirname(file) if file != "-" else "."
            root = join_with_any(document, (own or ".", "."), self._inputs, self._wanted)
        return renamed(root, document.name) if any(other.name == root.name for other in self._roots) else root

    def finish(self) -> RootsRead:
        """Read all roots."""
        read: list[RootInputs] = []
        for boundary, (cache, graph) in self._caches.items():
            roots = self._roots_of(self._folders.get(boundary, ()), cache, graph)
            self._whole.update(roots)
            for folder in self._users(boundary, cache, graph):
                if folder not in roots:
                    roots.append(folder)
            for folder in roots:
                read += self._stacks(folder, cache, graph)
            self._modules += self._with_defaults(roots, cache, graph)
            self._problems += cache.problems
        self._problems += undeclared(read)
        notes = (*undeclared_in_files(read), *dict.fromkeys(self._notes), *self._excluded.useless())
        for document in self._documents:
            joined = self._inputs.source is not None or (self._inputs.look_beside and document.plan is not None)
            self._roots.append(self._at_its_source(document) if joined else document)
        notes += tuple(self._passed_over)
        types = [each.type for root in self._roots for each in root.resources]
        types += [each.type for root in self._roots for each in root.not_made]
        found = bool(self._documents) or any(type_.partition("_")[0] in self._providers for type_ in types)
        return RootsRead(
            tuple(self._roots),
            tuple(dict.fromkeys(self._problems)),
            notes,
            self._units_elsewhere(),
            of_providers=found or not self._providers or any(self._of_providers(each) for each in read),
            modules=tuple(self._modules),
        )

    def _with_defaults(self, roots: Sequence[str], cache: SourceCache, graph: ModuleGraph) -> list[Root]:
        """Read by themselves the modules that root modules here only show."""
        showing = [folder for folder in roots if cache.once(ModuleRepository).is_shown_by(folder)]
        return list(with_defaults(showing, cache, graph, self._inputs, self._wanted)) if showing else []

    def _units_elsewhere(self) -> tuple[Unseen, ...]:
        """Tell of Terragrunt units whose code is not in the repository."""
        found: list[Unseen] = []
        for cache, _ in self._caches.values():
            if cache.overlay.kept.units:
                from imdsguard.terraform.source.terragrunt import units_elsewhere
                from imdsguard.terraform.source.terragrunt_units import TerragruntUnits

                found += units_elsewhere(cache.once(TerragruntUnits).elsewhere(), cache)
        return tuple(found)

    def _of_providers(self, read: RootInputs) -> bool:
        """Whether anything of the providers of the wanted types stands in a root module, or in what it calls."""
        cache, folder = read.cache, read.folder
        _, graph = self._caches[cache.boundary.root]
        files = (os.path.join(each, name) for each in graph.reach(folder) for name in cache.listing(each).names)
        return any(self._prefilter.of_providers(cache.data(file) or b"", self._providers) for file in files)

    def again(self, roots: Sequence[str]) -> RootsRead:
        """Read root modules by name as far as reading went before."""
        assert self._inputs.overlay is not None
        boundaries = self._inputs.overlay.kept.boundaries
        for name in roots:
            folder = os.path.normpath(os.path.join(self._directory, name))
            cache, graph = self._cache(boundaries[folder])
            self._stacks(folder, cache, graph)
        problems = [problem for cache, _ in self._caches.values() for problem in cache.problems]
        return RootsRead(tuple(self._roots), tuple(dict.fromkeys(problems)))

    def _roots_of(self, folders: Sequence[str], cache: SourceCache, graph: ModuleGraph) -> list[str]:
        """Give the folders that no other one calls, computed sources included.

        A root module with such sources is evaluated for it, apart from the run: what is wrong in it is said when it is
        read. What it calls is no root, so its own calls do not count.
        """
        roots = roots_of(folders, graph)
        found = {root: self._computed_calls(root, cache, graph) for root in roots if graph.computes(root)}
        if not any(found.values()):
            return roots
        called = {target for root, calls in found.items() for _, target in calls if target != root}
        for root, calls in found.items():
            for folder, target in calls if root not in called else ():
                graph.add_call(folder, target)
        return roots_of(folders, graph)

    def _computed_calls(self, root: str, cache: SourceCache, graph: ModuleGraph) -> list[tuple[str, str]]:
        from imdsguard.terraform.source.resources import Collector
        from imdsguard.terraform.source.tree import load

        found: dict[tuple[str, str], None] = {}
        for stack, inputs, _ in self._deployed(cache.label(root)):
            tree = load(root, SourceCache(self._directory, cache.boundary, overlay=cache.overlay), inputs)
            Collector(tree, stack, self._wanted, graph.matters).collect()
            found.update(dict.fromkeys(tree.computed_calls))
        return list(found)

    def _users(self, boundary: str, cache: SourceCache, graph: ModuleGraph) -> list[str]:
        """Find the roots that use the files given singly; a folder with code that nothing calls is its own."""
        changed = self._files.get(boundary, {})
        data = self._read_files.get(boundary, {})
        var_files = self._var_files.get(boundary, {})
        if not changed and not data and not var_files:
            return []
        every = list(find_folders(boundary, cache, self._excluded))
        every += [folder for folder in changed if folder not in every]
        roots = self._roots_of(every, cache, graph)
        users = {root for root in roots if not graph.reach(root).isdisjoint(changed)}
        readers = FileReaders(cache)
        for file, (label, problem) in data.items():
            reading = [root for root in roots if readers.may_read(root, graph.reach(root), file)]
            users.update(reading)
            if not reading and not self._inputs.from_hook:
                if problem is not None:
                    self._problems.append(problem)
                else:
                    self._passed_over.append(f"{label}: no root module reads this file, so it was passed over")
        self._whole |= users
        for file in var_files:
            users.update(self._users_of_values(file, roots, cache))
        return [root for root in roots if root in users]

    def _users_of_values(self, file: str, roots: Sequence[str], cache: SourceCache) -> list[str]:
        """Find the root modules that a file of variables belongs to, and note with what each is to be judged."""
        found = uses_of(file, roots, cache, self._inputs.environments_of)
        if isinstance(found, Problem):
            self._problems.append(found)
            return []
        for use in found:
            if use.loaded:
                self._whole.add(use.root)
            self._uses.setdefault(cache.label(use.root), []).append((cache.label(file), use))
        return [use.root for use in found]

    def _deployed(self, name: str) -> list[tuple[Stack, Inputs, str]]:
        """Give the stacks that are made of a root module, each with its inputs and the account that it names.

        Where it is read for files of variables alone, these are the environments that load them, and one for each file
        that is in none.
        """
        stacks = self._in_environments(name)
        uses = self._uses.get(name, [])
        if uses and os.path.realpath(os.path.join(self._directory, name)) not in self._whole:
            loading = {environment for _, use in uses for environment in use.environments}
            stacks = [each for each in stacks if each[0].environment in loading]
        return stacks + [self._with_file(name, file) for file, use in uses if not use.environments and not use.loaded]

    def _with_file(self, name: str, file: str) -> tuple[Stack, Inputs, str]:
        """Give the stack of a root module that is given a file of variables, which it is known by."""
        given = self._inputs
        inputs = replace(
            given, var_files=(*given.var_files, file), order=(*given.order, "var-file") if given.order else ()
        )
        return Stack(name, file), inputs, ""

    def _in_environments(self, name: str) -> list[tuple[Stack, Inputs, str]]:
        inputs = self._inputs
        environments = inputs.environments_of(name) if inputs.environments_of is not None else None
        if environments is None:
            return [(Stack(name), inputs, "")]
        return [(Stack(name, each.name), inputs.within(each), each.account) for each in environments]

    def _stacks(self, folder: str, cache: SourceCache, graph: ModuleGraph) -> list[RootInputs]:
        """Read a root module in each of its environments. What does not hang on values is read once."""
        name = cache.label(folder)
        cache.overlay.kept.boundaries[folder] = cache.boundary
        files = tuple(
            cache.label(os.path.join(reached, file))
            for reached in sorted(graph.reach(folder))
            for file in cache.listing(reached).names
        )
        stacks = self._deployed(name)
        shows = cache.once(ModuleRepository).is_shown_by(folder)
        for stack, inputs, account in stacks:
            root = Root(name, (), files, environment=stack.environment, account=account, shows_module=shows)
            cache.stack = stack
            cache.evaluated.append(stack)
            self._roots.append(self._filled(root, folder, cache, graph, inputs) if graph.matters(folder) else root)
        cache.stack = None
        return [RootInputs(cache, folder, inputs) for _, inputs, _ in stacks]

    def _filled(self, root: Root, folder: str, cache: SourceCache, graph: ModuleGraph, inputs: Inputs) -> Root:
        from imdsguard.terraform.source.resources import Collector
        from imdsguard.terraform.source.tree import load
        from imdsguard.terraform.source.undeclared import undeclared_values
        from imdsguard.terraform.source.variables import automatic_files

        tree = load(folder, cache, inputs)
        own = {cache.label(os.path.join(folder, file)) for file in automatic_files(folder)}
        self._notes += [note for _, note in undeclared_values(tree.top, own)]
        for variable, error in tree.top.refused():
            message = f"the value that is given to var.{variable} does not fit: {error.message}"
            cache.report(Problem(message, error.place, "Terraform refuses this"))
        collector = Collector(tree, root.stack, self._wanted, graph.matters)
        resources = collector.collect()
        unseen = () if tree.terragrunt is None or tree.terragrunt.unseen is None else (tree.terragrunt.unseen,)
        return replace(
            root,
            resources=resources,
            absent=collector.absent,
            unseen=unseen,
            not_made=collector.not_made,
        )
