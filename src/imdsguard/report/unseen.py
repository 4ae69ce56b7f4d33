"""What a run did not look at, in words: one line for each kind and subject, whatever the number of root modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.record import record
from imdsguard.model.unseen import UnseenKind, WayOut
from imdsguard.report.escape import escape, shorten
from imdsguard.report.style import Style
from imdsguard.report.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.place import Place
    from imdsguard.model.unseen import Unseen

_LONGEST = 500
_MOST_PLACES = 3
"""So many places stand in a line; JSON has all."""

WAYS_OUT: dict[WayOut, str] = {
    WayOut.GIVE_WORKSPACE: "give --workspace NAME, or set TF_WORKSPACE",
    WayOut.GIVE_VALUES: "give --var or --var-file to see what others make",
    WayOut.GIVE_VAR_FILE: "give it with --var-file",
    WayOut.TERRAFORM_INIT: "run terraform init",
    WayOut.GET_MODULES: "run terraform init, or scan with --get",
    WayOut.FETCH_TAGS: "run git fetch --tags",
    WayOut.RUN_TERRAGRUNT: (
        "judge the plan: terragrunt plan -out tfplan.bin, then terragrunt show -json tfplan.bin | imdsguard scan -"
    ),
}
"""What to do about it."""


@record(frozen=True, slots=True)
class _Group:
    """All that is told in one line."""

    kind: UnseenKind
    subject: str
    members: tuple[Unseen, ...]

    @property
    def places(self) -> list[Place]:
        return list(dict.fromkeys(place for each in self.members for place in each.places))

    @property
    def roots(self) -> list[str]:
        return list(dict.fromkeys(each.root for each in self.members if each.root))


def unseen_text(unseen: Sequence[Unseen], style: Style | None = None) -> str:
    """Give the block that follows the findings; nothing where everything was looked at."""
    if not unseen:
        return ""
    style = style or Style()
    return "".join([f"{style.strong('not looked at:')}\n", *(f"  {_line(group)}\n" for group in _groups(unseen))])


def unseen_json(unseen: Iterable[Unseen]) -> list[dict[str, Any]]:
    """Give `unseen[]` as every document has it."""
    return [
        {
            "kind": each.kind.value,
            "root": each.root or None,
            "subject": each.subject or None,
            "message": _message(_Group(each.kind, each.subject, (each,))),
            "remedy": WAYS_OUT[each.way_out] if each.way_out is not None else None,
            "remedy_kind": each.way_out.value if each.way_out is not None else None,
            "places": [{"file": place.file, "line": place.line or None} for place in each.places],
        }
        for each in unseen
    ]


def _groups(unseen: Sequence[Unseen]) -> list[_Group]:
    order = list(UnseenKind)
    members: dict[tuple[UnseenKind, str], list[Unseen]] = {}
    for each in sorted(unseen, key=lambda each: order.index(each.kind)):
        members.setdefault((each.kind, each.subject), []).append(each)
    return [_Group(kind, subject, tuple(those)) for (kind, subject), those in members.items()]


def _line(group: _Group) -> str:
    message = _message(group)
    places = [f"{place.file}:{place.line}" if place.line else place.file for place in group.places]
    if places:
        more = len(places) - _MOST_PLACES
        message += f": {', '.join(places[:_MOST_PLACES])}{f' and {more} more' if more > 0 else ''}"
    way_out = next((each.way_out for each in group.members if each.way_out is not None), None)
    remedy = f" ({WAYS_OUT[way_out]})" if way_out is not None else ""
    return shorten(escape(message), _LONGEST) + escape(remedy)


def _message(group: _Group) -> str:
    """Say what was not looked at, without its places and what to do about it."""
    count, roots = len(group.places), len(group.roots)
    within = f" in {plural(roots, 'root module')}" if roots > 1 else ""
    detail = next((each.detail for each in group.members if each.detail), "")
    if group.kind is UnseenKind.WORKSPACE:
        return f"terraform.workspace decides {plural(count, 'block')}{within}, and none is given"
    if group.kind is UnseenKind.NOT_MADE:
        what = "block that would launch instances makes" if count == 1 else "blocks that would launch instances make"
        return f"{count} {what} none with the values at hand{within}"
    if group.kind is UnseenKind.VAR_FILE:
        return f"nothing loads {group.subject}" + (f", which sets {detail}" if detail else "")
    if group.kind is UnseenKind.MODULE:
        return f"module {group.subject} is not downloaded ({plural(count, 'call')}{within})"
    if group.kind is UnseenKind.UNMADE_MODULE:
        calls = (
            f"{plural(count, 'call')}{within} {'makes' if count == 1 else 'make'} none of it with the values at hand"
        )
        return f"module {group.subject} is not downloaded; {calls}"
    if group.subject:
        runs = "runs" if count == 1 else "run"
        return f"{group.subject}, which {plural(count, 'Terragrunt unit')} {runs}, is not in the repository"
    gives = "gives" if count == 1 else "give"
    return f"{count} terragrunt.hcl {gives} what only Terragrunt computes{within}"
