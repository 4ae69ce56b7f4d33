"""Many edits proved at once: those that stand in resources of their own are laid over the code together.

What is otherwise then must belong to exactly those resources, and to the launches that go through them; where it does
not, or where anything is not as declared, the batch is halved. An edit that is left alone is proved as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.fix.change import NewText, Several, changed_text, file_of, key_of
from imdsguard.fix.file_text import NotEditableError, applied
from imdsguard.fix.formatting import leaves_alone
from imdsguard.fix.proof import Proved, UnprovedError, stands_in, syntax, together
from imdsguard.model.record import record
from imdsguard.terraform.decided.changes import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.fix.file_text import FileText
    from imdsguard.fix.proof import Proposal
    from imdsguard.fix.tree import Judged, Key, SourceTree
    from imdsguard.model.finding import Finding
    from imdsguard.model.fix import Edit
    from imdsguard.model.launch import Launch

    Keyed = tuple[tuple[object, ...], Proved]


@record(frozen=True, slots=True)
class _Candidate:
    """An edit that may be proved with others: what it is for, its bytes, and the resources that it stands in."""

    key: tuple[object, ...]
    proposal: Proposal
    finding: Finding
    file: FileText
    text: str
    edits: tuple[Edit, ...]
    mine: frozenset[Key]
    second: bool


def prove_many(tree: SourceTree, wanted: Iterable[tuple[Proposal, Finding]]) -> Iterator[Keyed]:
    """Prove those that can be proved together, by what names them; the others are left out."""
    groups: dict[tuple[str, ...], list[_Candidate]] = {}
    seen: set[tuple[object, ...]] = set()
    for proposal, finding in wanted:
        key = (*key_of(proposal.change), finding.root)
        if key in seen:
            continue
        seen.add(key)
        try:
            file = tree.file(file_of(proposal.change))
            names = tree.group(*tree.affected((file.path,)), finding.root)
            candidate = _candidate(key, proposal, finding, file, tree.base(names))
        except (UnprovedError, NotEditableError):
            continue
        if candidate is not None:
            groups.setdefault(names, []).append(candidate)
    for names, candidates in groups.items():
        yield from _proved(tree, names, candidates)


def _candidate(
    key: tuple[object, ...], proposal: Proposal, finding: Finding, file: FileText, base: Judged
) -> _Candidate | None:
    change = proposal.change
    if isinstance(change, (NewText, Several)):
        return None
    place = place_of(change)
    mine = frozenset(key for key, resource in base.resources().items() if stands_in(resource, place))
    if not mine:
        return None
    text = changed_text(file, change)
    edits = file.edits(text)
    if not edits:
        return None
    return _Candidate(key, proposal, finding, file, text, edits, mine, syntax(file, text, formatted=False))


def _proved(tree: SourceTree, names: tuple[str, ...], candidates: Sequence[_Candidate]) -> Iterator[Keyed]:
    apart = _apart(candidates)
    if len(apart) < 2:
        return
    found = _at_once(tree, names, apart)
    if found is not None:
        yield from found
        return
    middle = len(apart) // 2
    yield from _proved(tree, names, apart[:middle])
    yield from _proved(tree, names, apart[middle:])


def _apart(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Those that stand in other resources than each one before."""
    taken: set[Key] = set()
    kept: list[_Candidate] = []
    for each in candidates:
        if not taken & each.mine:
            taken |= each.mine
            kept.append(each)
    return kept


def _at_once(tree: SourceTree, names: tuple[str, ...], candidates: Sequence[_Candidate]) -> list[Keyed] | None:
    edits: dict[str, list[Edit]] = {}
    for each in candidates:
        edits.setdefault(each.file.path, []).extend(each.edits)
    data = {each.file.path: each.file.data for each in candidates}
    texts = {path: applied(data[path], tuple(own)) for path, own in edits.items()}
    for file in {each.file.path: each.file for each in candidates}.values():
        if not file.is_json and not leaves_alone(file.text, file.decoded(texts[file.path])):
            return None
    base, after = tree.base(names), tree.edited(names, texts)
    try:
        effect = together(base, after, [each.proposal.declared for each in candidates])
    except UnprovedError:
        return None
    if any(sum(_is_of(each, key) for each in candidates) != 1 for key in effect.changed):
        return None
    if any(not any(_reaches(each, pair[0]) for each in candidates) for pair in effect.reached):
        return None
    proved: list[Keyed] = []
    for number, each in enumerate(candidates):
        reached = tuple(pair for pair in effect.reached if _reaches(each, pair[0]))
        about = {address for _, address in each.mine} | {before.address for before, _ in reached}
        gone = tuple(one for one in effect.gone if one.address in about and _same_root(one, each))
        then = tuple(one for one in effect.then if one.address in about and _same_root(one, each))
        if number == 0:  # what is said of an account, by an example that none of them reaches
            held = {one for other in candidates for one in _addresses(other, effect.reached)}
            then += tuple(one for one in effect.then if one.address not in held)
        proved.append(
            (
                each.key,
                Proved(each.proposal, each.file, each.text, each.edits, gone, then, reached, base, after, each.second),
            )
        )
    return proved


def _addresses(each: _Candidate, reached: Sequence[tuple[Launch, Launch]]) -> set[str]:
    return {address for _, address in each.mine} | {before.address for before, _ in reached if _reaches(each, before)}


def _same_root(finding: Finding, each: _Candidate) -> bool:
    return any(stack.root == finding.root for stack, _ in each.mine)


def _is_of(each: _Candidate, key: Key) -> bool:
    return key in each.mine


def _reaches(each: _Candidate, launch: Launch) -> bool:
    stack = launch.resource.stack
    return any((stack, address) in each.mine for address in (launch.address, *launch.via))
