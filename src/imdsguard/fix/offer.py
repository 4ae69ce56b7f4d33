"""From findings to fixes: each proposal proved once, one edit that mends many findings offered once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.fix import mend_account, mend_alarms, mend_options, mend_scripts, mend_versions
from imdsguard.fix.batch import prove_many
from imdsguard.fix.change import key_of
from imdsguard.fix.file_text import NotEditableError, applied
from imdsguard.fix.proof import Proved, UnprovedError, prove, prove_together
from imdsguard.fix.safety import why_unsafe
from imdsguard.fix.tree import identity, in_each_environment
from imdsguard.model.finding import Verdict
from imdsguard.model.fix import Fix, Fixes, Unfixed
from imdsguard.model.record import replace
from imdsguard.terraform.decided.construct import written_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from imdsguard.fix.proof import Proposal
    from imdsguard.fix.tree import Judged, SourceTree
    from imdsguard.model.finding import Finding
    from imdsguard.model.fix import Edit

MENDS: Mapping[str, Callable[[Finding, Judged], Iterator[Proposal]]] = {
    "instance-tokens-optional": mend_options.tokens,
    "launch-template-tokens-optional": mend_options.tokens,
    "hop-limit-too-high": mend_options.hop_limit,
    "setting-never-sent": mend_options.never_sent,
    "launch-template-version-stale": mend_versions.stale,
}
"""What proposes edits for the findings of each rule: of these by what was judged alone."""
TOKENS = frozenset({"instance-tokens-optional", "launch-template-tokens-optional"})
NO_EDITS = "fix has no edits for this rule"
NO_SOURCE = "it was read from a plan or a state: name the code in its place"
BY_DEFAULT = "no root module runs this default of the module's, so no edit of it can be proved"
GENERATED = "its code is generated: change the construct {}"
NO_PLACE = "nothing in the code that can be edited decides it"
UNKNOWN = "what cannot be told cannot be proved to be mended"
TOGETHER = "its edit does not do beside another one what it does alone: apply that, and run fix again"
OVERLAPS = "its edit overlaps with another one: apply that, and run fix again"
"""Reasons for which nothing is offered."""
MOST = 40
"""So many proposals are tried for one finding."""


class _Offering:
    """One run. Equal proposals are proved once."""

    def __init__(self, tree: SourceTree, *, unsafe: bool, into: str | None) -> None:
        self._into = into
        self._tree = tree
        self._unsafe = unsafe
        self._tried: dict[tuple[object, ...], Proved | Exception] = {}
        self.fixes: dict[tuple[object, ...], tuple[Fix, Proved]] = {}
        self.unfixed: list[Unfixed] = []
        self._declined: dict[tuple[object, ...], int] = {}
        self._mended: set[tuple[object, ...]] = set()

    def try_together(self, findings: Iterable[Finding]) -> None:
        """Prove the first proposals for findings of one rule together, as far as they go together."""
        first: dict[frozenset[str], list[tuple[Proposal, Finding]]] = {}
        for finding in findings:
            proposals = self._proposals(finding) if finding.rule in MENDS and self._can_be_edited(finding) else None
            proposal = next(proposals, None) if proposals is not None else None
            if proposal is not None:
                first.setdefault(_group_of(finding.rule), []).append((proposal, finding))
        for wanted in first.values():
            self._tried.update(prove_many(self._tree, wanted))

    def _can_be_edited(self, finding: Finding) -> bool:
        generated = written_from(finding.resource) if finding.resource is not None else ""
        return not generated and self._tree.is_source(finding.root)

    def take(self, finding: Finding) -> None:
        """Find a fix for one finding, unless one that was found mends it, too."""
        if (identity(finding), finding.message) in self._mended:
            return
        generated = written_from(finding.resource) if finding.resource is not None else ""
        if generated or not self._tree.is_source(finding.root):
            by_default = finding.resource is not None and finding.resource.stack in self._tree.of_modules
            why = BY_DEFAULT if by_default else NO_SOURCE
            self.decline(finding, GENERATED.format(generated) if generated else why)
            return
        proposals = self._proposals(finding)
        if proposals is None:
            self.decline(finding, NO_EDITS, no_edits=True)
            return
        try:
            self._first_proved(finding, proposals)
        except NotEditableError as error:  # nothing could be proposed at all
            self.decline(finding, str(error))

    def decline(self, finding: Finding, reason: str, *, no_edits: bool = False) -> None:
        """Say why nothing is offered; once for environments in which it is the same."""
        same = (identity(replace(finding, environments=())), finding.message, reason)
        if same in self._declined:
            known = self.unfixed[self._declined[same]].finding
            names = (*known.environments, *finding.environments)
            self.unfixed[self._declined[same]] = Unfixed(replace(known, environments=names), reason, no_edits)
            return
        self._declined[same] = len(self.unfixed)
        self.unfixed.append(Unfixed(finding, reason, no_edits))

    def _proposals(self, finding: Finding) -> Iterator[Proposal] | None:
        judged = self._tree.base(self._tree.group(finding.root))
        if finding.rule == "region-default-missing":
            return mend_account.region_default(finding, self._tree, self._into)
        if finding.rule == "rejected-call-alarm-missing":
            return mend_account.refused_calls(finding, self._tree)
        if finding.rule == "imds-alarm-ineffective":
            return mend_alarms.ineffective(finding, judged, self._tree)
        if finding.rule == "user-data-tokenless-call":
            return mend_scripts.calls(finding, judged, self._tree)
        mend = MENDS.get(finding.rule)
        return mend(finding, judged) if mend is not None else None

    def _first_proved(self, finding: Finding, proposals: Iterator[Proposal]) -> None:
        """Keep the first proposal that is proved and safe, else the first that is proved."""
        declined: str | None = None
        unsafe = None
        for number, proposal in enumerate(proposals):
            if number >= MOST:
                break
            try:
                proved = self._proved(proposal, finding)
            except (UnprovedError, NotEditableError) as error:
                declined = str(error) if declined is None or isinstance(error, UnprovedError) else declined
                continue
            why = why_unsafe(proved, _group_of(finding.rule))
            if not why:
                self._keep(proposal, proved, finding, why)
                return
            unsafe = unsafe or (proposal, proved, why)
        if unsafe is not None:
            self._keep(unsafe[0], unsafe[1], finding, unsafe[2])
        else:
            self.decline(finding, declined or NO_PLACE)

    def _proved(self, proposal: Proposal, finding: Finding) -> Proved:
        key = (*key_of(proposal.change), finding.root)
        if key not in self._tried:
            try:
                self._tried[key] = prove(self._tree, proposal, finding)
            except (UnprovedError, NotEditableError) as error:
                self._tried[key] = error
        found = self._tried[key]
        if isinstance(found, Exception):
            raise found
        if not any(identity(each) == identity(finding) and each.message == finding.message for each in found.gone):
            raise UnprovedError("the finding stays")
        return found

    def _keep(self, proposal: Proposal, proved: Proved, finding: Finding, why: tuple[str, ...]) -> None:
        rules = _group_of(finding.rule)
        mended = tuple(each for each in proved.gone if each.rule in rules or each.rule in MENDS)
        if not why or self._unsafe:
            self._mended.update((identity(each), each.message) for each in mended)
        fix = Fix(finding.rule, proposal.title, proved.edits, mended, why, proved.then, proved.second_reader)
        self.fixes.setdefault(key_of(proposal.change), (fix, proved))


def _group_of(rule: str) -> frozenset[str]:
    return TOKENS if rule in TOKENS else frozenset({rule})


def offer(
    tree: SourceTree,
    findings: Iterable[Finding],
    *,
    unsafe: bool = False,
    rules: Sequence[str] = (),
    into: str | None = None,
) -> Fixes:
    """Find fixes for those of `findings` that count; of these rules only, if any are named.

    `unsafe`: those that are unsafe are offered, too. `into` is the root module that a Region's default may go into.
    """
    offering = _Offering(tree, unsafe=unsafe, into=into)
    wanted = [
        each
        for each in findings
        if each.verdict is not Verdict.PASS and each.suppressed is None and (not rules or each.rule in rules)
    ]
    each_alone = [finding for merged in wanted for finding in in_each_environment(merged)]
    offering.try_together([finding for finding in each_alone if finding.verdict is Verdict.FAIL])
    for finding in each_alone:
        if finding.verdict is Verdict.FAIL:
            offering.take(finding)
        else:
            offering.decline(finding, UNKNOWN)
    offered: list[tuple[Fix, Proved]] = []
    left_out: list[Fix] = []
    for fix, proved in offering.fixes.values():
        if fix.why_unsafe and not unsafe:
            left_out.append(fix)
        elif any(_overlap(edit, other, proved) for edit in fix.edits for each, _ in offered for other in each.edits):
            offering.unfixed += [Unfixed(each, OVERLAPS) for each in fix.findings]
        else:
            offered.append((fix, proved))
    if len(offered) > 1 and not prove_together(tree, [proved for _, proved in offered]):
        offered = _that_go_together(tree, offered, offering.unfixed)
    kept = [fix for fix, _ in offered]
    before, after = contents(tree, kept)
    return Fixes(
        tuple(kept), tuple(left_out), tuple(offering.unfixed), tree.reading.problems, before, after, tree.prefix
    )


def _that_go_together(
    tree: SourceTree, offered: Sequence[tuple[Fix, Proved]], unfixed: list[Unfixed]
) -> list[tuple[Fix, Proved]]:
    """Take one fix after the other, and leave out those that do not do beside the others what they do alone."""
    kept: list[tuple[Fix, Proved]] = []
    for fix, proved in offered:
        if not kept or prove_together(tree, [*(each for _, each in kept), proved]):
            kept.append((fix, proved))
        else:
            unfixed += [Unfixed(each, TOGETHER) for each in fix.findings]
    return kept


def _overlap(one: Edit, other: Edit, proved: Proved) -> bool:
    """Whether two edits touch. What is put at the end of a file stands behind what else is put there."""
    if one.file != other.file or one.start > other.end or other.start > one.end:
        return False
    end = len(proved.file.data)
    return not (one.start == other.start == end)


def contents(
    tree: SourceTree, fixes: Sequence[Fix]
) -> tuple[tuple[tuple[str, bytes], ...], tuple[tuple[str, bytes], ...]]:
    """Give the contents of the files that fixes edit, as they are and as they would be."""
    files = dict.fromkeys(edit.file for fix in fixes for edit in fix.edits)
    before = tuple((file, tree.file(file).data) for file in files)
    after = tuple(
        (file, applied(data, tuple(edit for fix in fixes for edit in fix.edits if edit.file == file)))
        for file, data in before
    )
    return before, after
