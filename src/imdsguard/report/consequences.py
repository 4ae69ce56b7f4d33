"""What comes of requiring tokens, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.consequences import Keeps, Refresh
from imdsguard.model.delivery import Workload
from imdsguard.model.user_data import Flaw
from imdsguard.report.reasons import sentence

if TYPE_CHECKING:
    from imdsguard.model.consequences import Consequences
    from imdsguard.model.user_data import MetadataCall

FLAWS = {
    Flaw.NO_TOKEN: "sends no token",
    Flaw.BROKEN_TOKEN: "sends a token that is never valid",
    Flaw.UNDECIDED: "may send no token",
    Flaw.NOT_UNDERSTOOD: "is not understood",
    Flaw.OLD_TOOL: "sends none in old versions of the tool",
    Flaw.OLD_SDK: "installs an SDK that sends none",
    Flaw.FALLBACK: "sends none where none could be had",
}
GETS = {
    Refresh.IN_PLACE: "get the change in place",
    Refresh.REPLACE: "are replaced by new ones",
    Refresh.INSTANCE_REFRESH: "are replaced by the group's instance refresh",
    Refresh.NONE: "keep what they have",
}
KEEPS = {
    Keeps.IGNORED: "ignore_changes covers it",
    Keeps.LAUNCH_ONLY: "what decides counts when an instance is launched",
    Keeps.NUMBER: "it launches one version of its template and no other",
    Keeps.DEFAULT_STAYS: "the default version of its template stays what it is",
    Keeps.UNSEEN: "AWS looks the version up at launch, and Terraform sees no change of it",
    Keeps.RESOLVED_ONCE: "AWS looks the version up once, when the environment is made",
    Keeps.NO_REFRESH: "the group has no instance_refresh",
    Keeps.ROOT_VOLUME: "the group's instance_refresh gives them a new root volume only",
    Keeps.IN_PART: "the group's instance_refresh ends before all are replaced",
    Keeps.NO_INSTANCES: "it starts none itself: ask what launches from it",
    Keeps.NEW: "this plan makes it, so that none run",
    Keeps.LATER: "instances start when somebody runs it",
    Keeps.NOT_TOLD: "the code does not tell, or nothing documents it",
}

NOTHING_SHOWN = "nothing that the code shows"


def consequences_json(found: Consequences) -> dict[str, Any]:
    """Give the keys of a launch that say what comes of requiring tokens."""
    return {
        "boot_calls": [_call(call) for call in found.calls],
        "refresh": found.refresh.value if found.refresh is not None else None,
        "refresh_reason": _why(found) or None,
        "containers": {
            "runs": None if found.workload is Workload.UNKNOWN else found.workload is Workload.CONTAINERS,
            "because": found.workload_because or None,
            "hop_limit": found.hops,
            "cut_off": found.cut_off,
        },
    }


def _call(call: MetadataCall) -> dict[str, Any]:
    place = call.place
    return {
        "file": place.file if place is not None else None,
        "line": (place.line or None) if place is not None else None,
        "call": call.what,
        "says": FLAWS[call.flaw],
        "script": call.script,
        "script_line": call.line,
    }


def would_break(found: Consequences) -> list[str]:
    """Give what would break, a line each."""
    lines = [_called(call) for call in found.calls]
    lines += [f"its boot script may make calls that were not found: {sentence(reason)}" for reason in found.unread]
    if found.cut_off:
        lines.append(
            f"containers with a network of their own get no token, as the hop limit is {found.hops}: "
            f"{found.workload_because}"
        )
    lines += [f"code not seen: {url}" for url in found.not_seen]
    return lines or [NOTHING_SHOWN]


def running(found: Consequences) -> str:
    """Say how running instances get the change."""
    why = _why(found)
    if found.refresh is None:
        return f"cannot be told: {why}" if found.keeps is Keeps.NOT_TOLD else why
    return f"{GETS[found.refresh]}: {why}" if why else GETS[found.refresh]


def _why(found: Consequences) -> str:
    if found.reason is not None:
        return sentence(found.reason)
    return KEEPS[found.keeps] if found.keeps is not None else ""


def _called(call: MetadataCall) -> str:
    place = call.place
    where = f"{place.file}:{place.line}" if place is not None and place.line else f"{call.script}, line {call.line}"
    text = " ".join(call.what.split())
    return f"{where} {FLAWS[call.flaw]}{f': {text}' if text else ''}"
