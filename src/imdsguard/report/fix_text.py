"""What a person reads beside the patch: what each edit mends, why some are unsafe, and what is not mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.report.text import plural
from imdsguard.report.words import clean, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.fix import Fix, Fixes

NAMED = 3


def fixes_text(fixes: Fixes, *, written: bool = False) -> str:
    """Give the lines, the summary last."""
    lines = [line for fix in fixes.offered for line in _fix(fix, "mended" if written else "mends")]
    lines += [line for fix in fixes.left_out for line in _fix(fix, "left out, would mend")]
    elsewhere: dict[str, int] = {}
    for each in fixes.unfixed:
        if each.no_edits:
            elsewhere[each.finding.rule] = elsewhere.get(each.finding.rule, 0) + 1
        else:
            lines.append(f"not mended: {where(each.finding.place)}: {_about(each.finding)}: {clean(each.reason)}")
    for rule, count in elsewhere.items():
        lines.append(f"not mended: {plural(count, 'finding')} of {rule}, for which fix has no edits")
    follow: dict[str, int] = {}
    for fix in fixes.offered:
        for then in fix.then:
            follow[then.rule] = follow.get(then.rule, 0) + 1
    for rule, count in follow.items():
        lines.append(f"then {plural(count, 'finding')} of {rule} {'follows' if count == 1 else 'follow'}")
    if fixes.prefix and fixes.offered and not written:
        up = "/".join(".." for _ in fixes.prefix.split("/"))
        lines.append(f"paths are from the top of the repository: git -C {up} apply")
    return "".join(f"{line}\n" for line in (*lines, summary(fixes, written=written)))


def summary(fixes: Fixes, *, written: bool = False) -> str:
    """Give the counts in one sentence."""
    findings = sum(len(fix.findings) for fix in fixes.offered)
    verb = ("mended" if written else "would mend") if findings else "mend"
    text = f"{plural(len(fixes.offered), 'edit')} {verb} {plural(findings, 'finding')}"
    if fixes.left_out:
        text += f"; {len(fixes.left_out)} more with --unsafe-fixes"
    if fixes.unfixed:
        text += f"; {plural(len(fixes.unfixed), 'finding')} not mended"
    return text


def _fix(fix: Fix, verb: str) -> Iterator[str]:
    file = fix.edits[0].file
    yield f"{verb} {_listed(fix.findings)}: {clean(fix.title)} ({clean(file)})"
    for why in fix.why_unsafe:
        yield f"  unsafe: {clean(why)}"


def _listed(findings: Sequence[Finding]) -> str:
    """Name what an edit mends: the rule where another one begins, and the environments of each with it."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for each in findings:
        found.setdefault((each.rule, each.address), {}).update(dict.fromkeys(each.environments))
    names = []
    told = ""
    for (rule, address), environments in found.items():
        names.append(_named("" if rule == told else rule, address, environments))
        told = rule
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return "; ".join(names[:NAMED]) + more


def _about(finding: Finding) -> str:
    return _named(finding.rule, finding.address, finding.environments)


def _named(rule: str, address: str, environments: Iterable[str]) -> str:
    within = ", ".join(map(clean, environments))
    return f"{f'[{rule}] ' if rule else ''}{clean(address)}{f' in {within}' if within else ''}"
