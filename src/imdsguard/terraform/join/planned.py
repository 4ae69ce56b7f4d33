"""A plan together with the source that it was made of: the plan's values at the source's places.

Resources are joined by address. What the plan says of a resource counts; the source says where that is written, by
which module calls it came, what is under `ignore_changes`, and what the plan hides. The source is evaluated with the
values that the plan's variables had. Where both do not belong together the plan still counts, and a problem says so.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.record import record, replace
from imdsguard.model.resource import Action
from imdsguard.terraform.boundary import boundary_of
from imdsguard.terraform.documents.addresses import unkeyed
from imdsguard.terraform.join.beside import SourceBeside
from imdsguard.terraform.join.join import JoinedBody, same_arguments
from imdsguard.terraform.reading import RootsRead
from imdsguard.terraform.source.discovery import ModuleGraph
from imdsguard.terraform.source.prefilter import Prefilter
from imdsguard.terraform.source.source_cache import SourceCache

if TYPE_CHECKING:
    from collections.abc import Set

    from imdsguard.model.environment import Environment
    from imdsguard.model.resource import Resource
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.join.beside import Match
    from imdsguard.terraform.root import Plan, Root

META_ARGUMENTS = {"count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner"}
"""What a resource block may hold that is not for its provider ("Resources: meta-arguments"): elsewhere in plans."""

MOST_NAMED = 3
AGAIN = "make the plan again from this code, or name the folder (--source) and the --workspace that it was made in"


def read_planned(label: str, data: bytes, source: str | None, inputs: Inputs, wanted: Set[str]) -> RootsRead:
    """Read the plan in `data` and join it with the root module in the folder `source`, if one is named.

    `label` names the document; `source` is relative to the working directory, and the root gets its name. `inputs` are
    those the plan was made with: where they give a variable the value that it has in the plan, they say where. Never
    raises for what the plan or the source holds.
    """
    from imdsguard.terraform.documents import read_document

    root, problems = read_document(label, data, wanted)
    if source is not None:
        root, more = join(root, source, inputs, wanted)
        problems += more
    return RootsRead((root,), problems)


def join(root: Root, source: str, inputs: Inputs, wanted: Set[str]) -> tuple[Root, tuple[Problem, ...]]:
    """Join a document's root with the root module in a folder, and say where both do not belong together."""
    folder = os.path.realpath(os.path.join(inputs.working_directory, source))
    opened = _open(root, folder, inputs, frozenset(wanted))
    if opened is None:
        missing = Problem("there are no Terraform files in this folder", Place(source), "name the code of the plan")
        return root, (missing,)
    if root.plan is None:
        return opened.joined(trusted=False), ()  # a state is older than the code
    problems = opened.differences()
    return opened.joined(trusted=not problems), problems


def join_with_any(root: Root, folders: tuple[str, ...], inputs: Inputs, wanted: Set[str]) -> Root:
    """Join a plan's root with the first of `folders` that declares just what it plans; else leave it as it is."""
    if root.plan is None or not root.resources:
        return root
    for folder in dict.fromkeys(os.path.realpath(os.path.join(inputs.working_directory, each)) for each in folders):
        opened = _open(root, folder, inputs, frozenset(wanted), sure=False)
        if opened is not None and not opened.differences():
            return opened.joined(trusted=True)
    return root


def renamed(root: Root, name: str) -> Root:
    """Give a root another name: several plans may be made of one source."""
    return replace(root, name=name, resources=_of_root(root.resources, name), plan=_plan_of_root(root.plan, name))


def within(root: Root, environment: Environment) -> Root:
    """Say of a root that it is of an environment."""
    name = environment.name
    resources = tuple(replace(each, environment=name) for each in root.resources)
    plan = root.plan
    if plan is not None:
        before = plan.before
        plan = replace(plan, before=lambda: tuple(replace(each, environment=name) for each in before()))
    return replace(root, resources=resources, plan=plan, environment=name, account=environment.account)


def _of_root(resources: tuple[Resource, ...], name: str) -> tuple[Resource, ...]:
    return tuple(replace(each, root=name) for each in resources)


def _plan_of_root(plan: Plan | None, name: str) -> Plan | None:
    return replace(plan, before=lambda: _of_root(plan.before(), name)) if plan is not None else None


def _open(root: Root, folder: str, inputs: Inputs, wanted: frozenset[str], *, sure: bool = True) -> _Pair | None:
    """Read the root module in a folder; None if there is none, or (if not `sure`) one that is surely another."""
    cache = SourceCache(inputs.working_directory, boundary_of(folder, inputs.working_directory))
    if not cache.listing(folder).names or not (sure or _declares(cache, folder, root)):
        return None
    graph = ModuleGraph(cache, Prefilter(wanted))
    variables = root.plan.variables if root.plan is not None else {}
    source = SourceBeside(folder, cache, graph, inputs, wanted, variables, Place(root.name))
    files = tuple(
        cache.label(os.path.join(reached, file))
        for reached in sorted(graph.reach(folder))
        for file in cache.listing(reached).names
    )
    return _Pair(root, source, files)


def _declares(cache: SourceCache, folder: str, root: Root) -> bool:
    """Whether a root module has the resources and module calls that a plan has at its top."""
    module = cache.module(folder)
    for resource in root.resources:
        words = unkeyed(resource.address).split(".")
        if words[0] == "module":
            if words[1:2] == [] or words[1] not in module.calls:
                return False
        elif _planned(resource) and ("resource", *words[:2]) not in module.resources:
            return False
    return True


def _planned(resource: Resource) -> bool:
    """Whether a resource of a plan must be declared in the code that the plan was made of."""
    return not resource.data and resource.action not in (Action.NONE, Action.FORGET)


@record(frozen=True, slots=True)
class _Pair:
    """A document and its source."""

    root: Root
    source: SourceBeside
    files: tuple[str, ...]

    def differences(self) -> tuple[Problem, ...]:
        """Say what one of both has and the other one lacks."""
        lacking = [
            each.address
            for each in self.root.resources
            if _planned(each) and not self._has(each) and not self.source.unread(each.address)
        ]
        found: list[Problem] = []
        name = self.source.name
        if lacking:
            found.append(Problem(f"this code does not make {_named(lacking)} of {self.root.name}", Place(name), AGAIN))
        plan = self.root.plan
        if plan is not None and plan.complete:
            known = {unkeyed(each.address) for each in (*self.root.resources, *plan.before())}
            more = {
                unkeyed(each.address): each.place
                for each in self.source.resources
                if not each.data and each.instances is None and unkeyed(each.address) not in known
            }
            if more:
                place = next(iter(more.values()))
                found.append(Problem(f"{self.root.name} does not plan {_named(list(more))} of this code", place, AGAIN))
        return tuple(found)

    def _has(self, resource: Resource) -> bool:
        match = self.source.find(resource.address)
        return match is not None and (match.exact or match.resource.instances is not None)

    def joined(self, *, trusted: bool) -> Root:
        """Give the document's resources at the places of the source."""
        name = self.source.name
        end = len(self.source.resources)
        numbered: list[tuple[int, Resource]] = []
        for planned in self.root.resources:
            match = self.source.find(planned.address)
            resource = self._resource(planned, match, trusted=trusted) if match else self._unread(planned)
            numbered.append((match.number if match is not None else end, resource))
        numbered.sort(key=lambda pair: pair[0])
        resources = tuple(resource for _, resource in numbered)
        files = (*self.root.files, *self.files)
        return replace(self.root, name=name, resources=resources, files=files, plan=_plan_of_root(self.root.plan, name))

    def _unread(self, planned: Resource) -> Resource:
        """Give a resource whose code is not at hand: at the module call that makes it, if that is."""
        calls = self.source.unread(planned.address)
        if not calls:
            return replace(planned, root=self.source.name)
        body = JoinedBody(planned.body, None, calls[-1], trusted=False, new=False)
        return replace(planned, root=self.source.name, body=body, place=calls[-1], calls=calls)

    def _resource(self, planned: Resource, match: Match, *, trusted: bool) -> Resource:
        written = match.resource
        known = match.exact or written.instances is not None
        body = JoinedBody(
            planned.body,
            written.body if known else None,
            written.place,
            trusted=trusted and known and same_arguments(planned.body, written.body, META_ARGUMENTS),
            new=planned.action in (Action.CREATE, Action.REPLACE),
        )
        return replace(
            planned,
            root=self.source.name,
            body=body,
            place=written.place,
            ignored=written.ignored,
            replaced_by=written.replaced_by,
            depends_on=written.depends_on or planned.depends_on,
            provisioners=written.provisioners or planned.provisioners,
            newest_provider=written.newest_provider or planned.newest_provider,
            calls=written.calls,
            overrides=written.overrides,
        )


def _named(addresses: list[str]) -> str:
    more = len(addresses) - MOST_NAMED
    return ", ".join(addresses[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
