"""The proof of an edit: the code is judged again with it, and nothing but what the edit says may be otherwise."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from imdsguard.fix.change import Change, NewText, Several, changed_text, file_of
from imdsguard.fix.compare import differences
from imdsguard.fix.file_text import applied
from imdsguard.fix.formatting import leaves_alone
from imdsguard.fix.second_reader import differs_only_in
from imdsguard.fix.syntax_difference import changed_names
from imdsguard.fix.tree import badness, identity
from imdsguard.model.finding import Verdict
from imdsguard.model.record import record
from imdsguard.terraform.decided.changes import NewBlock, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from imdsguard.fix.compare import Path
    from imdsguard.fix.file_text import FileText
    from imdsguard.fix.tree import Judged, Key, SourceTree
    from imdsguard.model.finding import Finding
    from imdsguard.model.fix import Edit
    from imdsguard.model.launch import Launch
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource


def nothing(_: Resource, __: Path) -> bool:
    """Say that no argument may change."""
    return False


@record(frozen=True, slots=True)
class Declared:
    """What an edit says that it changes.

    `options` may get another effective value, `values` says which arguments of a resource may change, `adds` which
    types of resources it adds. `follows` are rules whose findings may follow from the change.
    """

    options: frozenset[str] = frozenset()
    values: Callable[[Resource, Path], bool] = nothing
    adds: frozenset[str] = frozenset()
    follows: frozenset[str] = frozenset()


@record(frozen=True, slots=True)
class Proposal:
    """A change that may mend a finding, in words, with what it says that it changes."""

    change: Change
    title: str
    declared: Declared
    why_unsafe: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Proved:
    """What a proved edit does: its bytes, what goes away by it, what follows, and the launches that it reaches."""

    proposal: Proposal
    file: FileText
    text: str
    edits: tuple[Edit, ...]
    gone: tuple[Finding, ...]
    then: tuple[Finding, ...]
    reached: tuple[tuple[Launch, Launch], ...]
    base: Judged
    after: Judged
    second_reader: bool = True


class UnprovedError(Exception):
    """An edit that does not do what it says, or more. Its words say which."""


def prove(tree: SourceTree, proposal: Proposal, finding: Finding) -> Proved:
    """Prove that an edit mends a finding. Raises `UnprovedError`, and `NotEditableError`."""
    change = proposal.change
    file = tree.file(file_of(change))
    text = changed_text(file, change)
    edits = file.edits(text)
    if not edits:
        raise UnprovedError("nothing is left to be changed")
    texts = {file.path: file.encoded(text)}
    names = tree.group(*tree.affected((file.path,)), finding.root)
    base, after = tree.base(names), tree.edited(names, texts)
    gone = _gone(base, after)
    if not any(_is(finding, each) for each in gone):
        raise UnprovedError("the finding stays")
    declared = proposal.declared
    then = _worse(base, after, declared)
    _problems(base, after)
    reached = _launches(base, after, declared)
    _resources(base.resources(), after.resources(), declared)
    if _may_make_others(change, base):
        _resources(tree.of_every_type(names, {}), tree.of_every_type(names, texts), declared)
    second = True
    if not isinstance(change, NewText) or file.label.endswith((".tf", ".tofu", ".json", ".tfvars")):
        second = syntax(file, text)
    return Proved(proposal, file, text, edits, gone, then, reached, base, after, second)


def _is(finding: Finding, other: Finding) -> bool:
    return identity(finding) == identity(other) and finding.message == other.message


def _gone(base: Judged, after: Judged) -> tuple[Finding, ...]:
    left = {(identity(each), each.message) for each in after.findings if each.verdict is not Verdict.PASS}
    # A rule that does not speak of a subject any more has not said that it is as it should be.
    asked = {identity(each)[:3] for each in after.findings}
    return tuple(
        each
        for each in base.findings
        if each.verdict is Verdict.FAIL
        and (identity(each), each.message) not in left
        and (each.rule in SILENT_WHEN_RIGHT or identity(each)[:3] in asked)
    )


SILENT_WHEN_RIGHT = frozenset({"region-default-missing", "rejected-call-alarm-missing", "hop-limit-too-high"})
"""Rules that are about one example of a whole account and Region, or leave to another what they found."""


def _worse(base: Judged, after: Judged, declared: Declared) -> tuple[Finding, ...]:
    """Findings that are there now; only those of rules that may follow are allowed."""
    before: dict[tuple[str, ...], list[int]] = defaultdict(list)
    now: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for each in base.findings:
        before[identity(each)].append(badness(each))
    for each in after.findings:
        now[identity(each)].append(each)
    then: list[Finding] = []
    for key, found in now.items():
        old = sorted(before[key], reverse=True)
        for number, each in enumerate(sorted(found, key=badness, reverse=True)):
            if badness(each) > (old[number] if number < len(old) else 0):
                if each.rule not in declared.follows:
                    where = f" in {', '.join(each.environments)}" if each.environments else ""
                    raise UnprovedError(f"{each.rule} would find {each.address}{where}: {each.message}")
                then.append(each)
    return tuple(then)


def _problems(base: Judged, after: Judged) -> None:
    known = {(each.message, each.place.file if each.place else "") for each in base.problems}
    for each in after.problems:
        if (each.message, each.place.file if each.place else "") not in known:
            raise UnprovedError(f"the code could no longer be checked: {each.message}")


def _launches(base: Judged, after: Judged, declared: Declared) -> tuple[tuple[Launch, Launch], ...]:
    old, new = base.launches(), after.launches()
    if old.keys() != new.keys():
        raise UnprovedError("other launches would be made")
    reached: list[tuple[Launch, Launch]] = []
    for key, before in old.items():
        now = new[key]
        for name, option in before.options.items():
            other = now.options[name]
            if (option.effective, option.known) != (other.effective, other.known):
                if name not in declared.options:
                    raise UnprovedError(f"{name} of {before.address} would change, too")
                reached.append((before, now))
                break
    return tuple(reached)


def _resources(old: Mapping[Key, Resource], new: Mapping[Key, Resource], declared: Declared) -> frozenset[Key]:
    """Give those that changed. Raises `UnprovedError` for more than is declared."""
    changed: set[Key] = set()
    for key in old.keys() - new.keys():
        raise UnprovedError(f"{key[1]} would not be there any more")
    for key in new.keys() - old.keys():
        if new[key].type not in declared.adds:
            raise UnprovedError(f"{key[1]} would be added")
    for key, before in old.items():
        for path in differences(before, new[key]):
            if not declared.values(before, path):
                raise UnprovedError(f"{'.'.join(path)} of {before.address} would change, too")
            changed.add(key)
    return frozenset(changed)


def _may_make_others(change: Change, base: Judged) -> bool:
    """Whether an edit stands outside of any resource, so that another one may be made of it."""
    if isinstance(change, (NewText, NewBlock, Several)):
        return False
    place = place_of(change)
    return not any(stands_in(resource, place) for resource in base.resources().values())


def stands_in(resource: Resource, place: Place) -> bool:
    """Whether a place is in the block of a resource, or in one that overrides it."""
    merged = getattr(resource.body, "merged", None)
    for body in getattr(merged, "bodies", ()):
        end = getattr(body, "end", None)
        if end is None or body.place.file != place.file:
            continue
        if body.place.line <= place.line <= body.source.position(end)[0]:
            return True
    return False


def syntax(file: FileText, text: str, *, formatted: bool = True) -> bool:
    """Whether a second reader has seen the difference, too. Raises `UnprovedError` where a reader sees another one.

    `formatted`: the formatter is asked, too; it need not where it is asked of several edits at once.
    """
    names = changed_names(file, text)
    if not names:
        raise UnprovedError("our own reader sees no difference")
    if formatted and not file.is_json and not leaves_alone(file.text, text):
        raise UnprovedError("terraform fmt would write it otherwise")
    seen = differs_only_in(file, text, names)
    if seen is False:
        raise UnprovedError("python-hcl2, the second reader, sees another difference")
    return seen is True


def prove_together(tree: SourceTree, proved: Sequence[Proved]) -> bool:
    """Whether edits that were proved one by one do together what they do alone."""
    edits: dict[str, list[Edit]] = {}
    files = {each.file.path: each.file for each in proved}
    for each in proved:
        edits.setdefault(each.file.path, []).extend(each.edits)
    texts = {path: applied(files[path].data, tuple(own)) for path, own in edits.items()}
    names = tree.group(*tree.affected(tuple(texts)))
    base, after = tree.base(names), tree.edited(names, texts)
    try:
        effect = together(base, after, [each.proposal.declared for each in proved])
    except UnprovedError:
        return False
    gone = {(identity(each), each.message) for each in effect.gone}
    left = {(identity(each), each.message) for each in after.findings if each.verdict is not Verdict.PASS}
    return not any((identity(each), each.message) in left - gone for one in proved for each in one.gone)


@record(frozen=True, slots=True)
class JointEffect:
    """What some edits do together: as in `Proved`, and the resources whose values changed."""

    gone: tuple[Finding, ...]
    then: tuple[Finding, ...]
    reached: tuple[tuple[Launch, Launch], ...]
    changed: frozenset[Key]


def together(base: Judged, after: Judged, declared: Sequence[Declared]) -> JointEffect:
    """Compare what was judged with what some edits make of it. Raises `UnprovedError` for more than they declare."""
    allowed = Declared(
        options=frozenset().union(*(each.options for each in declared)),
        values=lambda resource, path: any(each.values(resource, path) for each in declared),
        adds=frozenset().union(*(each.adds for each in declared)),
        follows=frozenset().union(*(each.follows for each in declared)),
    )
    then = _worse(base, after, allowed)
    _problems(base, after)
    reached = _launches(base, after, allowed)
    changed = _resources(base.resources(), after.resources(), allowed)
    return JointEffect(_gone(base, after), then, reached, changed)
