"""From paths and inputs to what the rules look at: the estate."""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.absent_module import LAUNCH
from imdsguard.model.problem import Problem, told_once
from imdsguard.model.record import record, replace
from imdsguard.model.unseen import NoLaunch, Unseen, UnseenKind, WayOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imdsguard.model.assumption import AssumedDefault, AssumedImage
    from imdsguard.model.environment import Stack
    from imdsguard.model.estate import Estate, History
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.place import Place
    from imdsguard.model.shared_account import SharedAccount
    from imdsguard.policy.assumptions import Assumptions
    from imdsguard.run.environments import Environments
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.root import Root


@record(frozen=True, slots=True)
class Reading:
    """What was read: the estate, the roots it is made of, and what could not be read.

    `folders` were read whole: all that is in them, with nothing excluded. `notes` are lines for people on what was
    given and is used by nothing: names in files of `--var-file` that no root module declares. `paths` and `inputs` are
    what the run was given; no inputs: what was read is not source that can be read again. `unseen` is what was not
    looked at, `not_made` are the blocks of launches that make none, and `no_launch` says why there is no launch at all.
    `environments` are the names of all that root modules have, whether they were judged or not.
    """

    estate: Estate
    roots: tuple[Root, ...]
    problems: tuple[Problem, ...]
    folders: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    inputs: Inputs | None = None
    unseen: tuple[Unseen, ...] = ()
    environments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_made: tuple[NotMade, ...] = ()
    no_launch: tuple[NoLaunch, ...] = ()

    @property
    def told_problems(self) -> tuple[Problem, ...]:
        """The problems as they are told: those about the same thing as one."""
        return told_once(self.problems)


def read(
    paths: Sequence[str] = (),
    inputs: Inputs | None = None,
    assumptions: Assumptions | None = None,
    *,
    stdin: bytes | None = None,
    run_terraform: bool = False,
) -> Reading:
    """Read what is below `paths` (the working directory if there are none), and work out what AWS will do with it.

    A path is a folder, a Terraform file, a plan or a state as JSON, or `-` for one of these in `stdin` (None: it could
    not be read). `inputs` is what Terraform would be given. `assumptions` says which root modules share an account, and
    what is set elsewhere (`assumptions_of`). With `run_terraform`, binary plans among the paths are shown by Terraform,
    which starts the providers in the working directory: without it nothing is run. What cannot be read is a problem of
    what is returned. Raises `PolicyError` if `assumptions` puts a root module into two estates, and `UsageError` for
    a file of variables that is not there, and for environments that are not.
    """
    from imdsguard.aws.types.registry import supported_types
    from imdsguard.run.environments import deployed, refuse_missing_files, refuse_unknown
    from imdsguard.run.module_finder import ModuleFinder
    from imdsguard.run.unread_values import unread_values
    from imdsguard.run.unseen import PROVIDERS, why_no_launch
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.read import read as read_roots
    from imdsguard.terraform.source.modules_elsewhere import NOWHERE

    shown_problems: tuple[Problem, ...] = ()
    inputs = inputs or Inputs()
    if inputs.modules is NOWHERE:
        inputs = replace(inputs, modules=ModuleFinder())
    if run_terraform:
        from imdsguard.run.binary_plans import shown

        documents, shown_problems = shown(paths)
        inputs = replace(inputs, documents=documents)
    problems: tuple[Problem, ...] = (_NO_STDIN,) if "-" in paths and stdin is None else ()
    given = [governed(path) for path in paths if path != "-" or stdin is not None]
    roots: tuple[Root, ...] = ()
    modules: tuple[Root, ...] = ()
    notes: tuple[str, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    inputs, environments = deployed(inputs, assumptions)
    refuse_missing_files(inputs, [path if os.path.isdir(path) else os.path.dirname(path) for path in given or ["."]])
    of_providers = True
    if given or not paths:
        found = read_roots(given or ["."], inputs, supported_types(), stdin, PROVIDERS)
        roots, modules = found.roots, found.modules
        problems += found.problems
        notes = found.notes
        unseen = found.unseen
        of_providers = found.of_providers
    if environments is not None:
        problems += environments.problems
    if inputs.environments:
        refuse_unknown(inputs.environments, environments.seen if environments is not None else ())
    reading = estate_of(roots, problems + shown_problems, assumptions, modules)
    folders = (
        ()
        if inputs.exclude or inputs.excluded
        else tuple(path for path in given or ["."] if path != "-" and os.path.isdir(path))
    )
    return replace(
        reading,
        folders=folders,
        notes=notes,
        paths=tuple(given),
        inputs=inputs,
        unseen=reading.unseen + unseen + tuple(unread_values(roots, reading.estate, reading.not_made, inputs)),
        environments=_environments_of(roots, environments),
        no_launch=why_no_launch(reading.estate, roots, reading.not_made, of_providers=of_providers),
    )


def _environments_of(roots: Sequence[Root], declared: Environments | None) -> dict[str, tuple[str, ...]]:
    """Give the environments of each root module that has some: the policy's, and those that it was read in besides."""
    found = declared.names(root.name for root in roots) if declared is not None else {}
    several = {root.name for root in roots if root.environment}
    for root in roots:
        known = found.get(root.name, ())
        if root.environment not in known and (known or root.name in several):
            found[root.name] = (*known, root.environment)
    return found


_NO_STDIN = Problem("the standard input cannot be read", None, "pipe a plan or a state into it")


def estate_of(
    roots: tuple[Root, ...],
    problems: tuple[Problem, ...],
    assumptions: Assumptions | None = None,
    modules: tuple[Root, ...] = (),
) -> Reading:
    """Work out what AWS will do with what was read. Raises `PolicyError` as `read` does.

    `modules` are those that root modules of a module's repository call, read by themselves.
    """
    from imdsguard.aws.estate import build
    from imdsguard.run.unseen import blocks_of_launches, unseen_of, why_no_launch

    joined = assumptions.joined({root.stack: root.account for root in roots}) if assumptions else {}
    assumed = assumptions.assumed if assumptions else ()
    images = assumptions.images if assumptions else ()
    absent = {root.stack: made for root in roots if (made := [each for each in root.absent if each.made])}
    resources = [(root.stack, root.resources) for root in roots]
    estate = build(resources, joined, assumed, history_of(roots, joined, assumed, images), absent, images)
    showing = frozenset(root.stack for root in roots if root.shows_module)
    defaults = build([(root.stack, root.resources) for root in modules]).launches if modules else ()
    estate = replace(estate, showing=showing, modules=defaults)
    unseen = tuple(dict.fromkeys(each for root in roots for each in (*root.unseen, *_missing(root))))
    not_made = blocks_of_launches(roots)
    return Reading(
        estate,
        roots,
        problems,
        unseen=unseen + unseen_of(estate, not_made),
        not_made=not_made,
        no_launch=why_no_launch(estate, roots, not_made),
    )


def _missing(root: Root) -> Iterator[Unseen]:
    """Give the modules of a root module whose code is not there, and may launch something, by what they are."""
    calls: dict[tuple[UnseenKind, str, WayOut], list[Place]] = {}
    for module in root.absent:
        if module.source and LAUNCH in module.may_make and module.place is not None:
            kind = UnseenKind.MODULE if module.made else UnseenKind.UNMADE_MODULE
            calls.setdefault((kind, module.source, module.way_out), []).append(module.place)
    for (kind, source, way_out), places in calls.items():
        yield Unseen(kind, root.name, source, tuple(places), way_out)


def history_of(
    roots: tuple[Root, ...],
    joined: Mapping[Stack, SharedAccount],
    assumed: Sequence[AssumedDefault] = (),
    images: Sequence[AssumedImage] = (),
) -> History:
    """Say what is deployed already. The estate before is built when a rule or a report asks for it, once."""
    from imdsguard.model.estate import History

    made: list[Estate] = []

    def earlier() -> Estate:
        if not made:
            from imdsguard.aws.estate import build

            before = [(root.stack, root.plan.before() if root.plan is not None else root.resources) for root in roots]
            made.append(build(before, joined, assumed, images=images))
        return made[0]

    plans = frozenset(root.name for root in roots if root.plan is not None)
    states = frozenset(root.name for root in roots if root.deployed)
    return History(plans, states, earlier if plans else None)


def governed(path: str) -> str:
    """Give the folder that a changed policy governs, as pre-commit names the file; other paths are as they are."""
    from imdsguard.policy.read import CONFIG

    folder, name = os.path.split(path)
    return (folder or ".") if name == CONFIG and os.path.isfile(path) else path
