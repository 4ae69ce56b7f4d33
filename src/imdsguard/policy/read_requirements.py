"""`requirements`: from what is written to rules that can be asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.model.launch import Kind
from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS
from imdsguard.model.severity import Severity
from imdsguard.policy.errors import Complaints, PolicyError, nearest
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of
from imdsguard.policy.requirement import (
    REJECTED,
    TOKENLESS,
    Between,
    InState,
    OneOf,
    Requirement,
    SetBy,
    Watched,
)
from imdsguard.policy.shapes import MOST, choices_of, refuse_others, sentence_of, table_of, word_of, words_of
from imdsguard.policy.where import Where

if TYPE_CHECKING:
    from imdsguard.policy.requirement import Demand

KEYS = ("id", "where", "unless", "require", "message", "severity", "on_unknown")
WHERE_KEYS = ("type", "kind", "address", "path", "module", "root", "region", "provider")
TAG = "tags."
KINDS = tuple(kind.value for kind in Kind)
VALUES: dict[str, tuple[str, ...]] = {
    HTTP_TOKENS: ("required", "optional"),
    HTTP_ENDPOINT: ("enabled", "disabled"),
    "http_protocol_ipv6": ("enabled", "disabled"),
    "instance_metadata_tags": ("enabled", "disabled"),
}
STATES = ("required", "disabled", "optional")
SOURCES = ("launch", "launch_template", "region_default", "ami", "service_default")
METRICS = (REJECTED, TOKENLESS)
REQUIRE_KEYS = (*VALUES, HOP_LIMIT, "state", "source", "alarm")
BOUNDS = ("min", "max")
SEVERITIES = tuple(severity.value for severity in Severity)
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST_ID = 100


def read_requirements(node: Node, base: str) -> dict[str, Requirement]:
    """Read the list. `base` is the folder from which paths and roots count. Raises `PolicyError`."""
    if not isinstance(node, Items):
        raise PolicyError(f"requirements must be a list, not {kind_of(node)}", node.place)
    if len(node.items) > MOST:
        raise PolicyError(f"a policy cannot have more than {MOST} requirements", node.place)
    wrong = Complaints()
    found: dict[str, Requirement] = {}
    for item in node.items:
        made = wrong.attempt(_requirement, item, base)
        if made is None:
            continue
        if made.id in found:
            wrong.add(f'there is a requirement "{made.id}" already (line {found[made.id].place.line})', made.place)
        found[made.id] = made
    wrong.settle()
    return found


def _requirement(node: Node, base: str) -> Requirement:
    table = table_of(node, "a requirement")
    wrong = Complaints()
    refuse_others(table, "a requirement", KEYS, wrong)
    name = wrong.attempt(_id, table)
    said = f"the requirement {name.text}" if name else "a requirement"
    demands = wrong.attempt(_demands, table, said)
    where, unless = table.get("where"), table.get("unless")
    read_where = (wrong.attempt(_where, where, "where", base) if where else None) or Where(base=base)
    read_unless = wrong.attempt(_where, unless, "unless", base) if unless else None
    message, severity, on_unknown = table.get("message"), table.get("severity"), table.get("on_unknown")
    read_message = wrong.attempt(sentence_of, message, "message") if message else None
    read_severity = wrong.attempt(word_of, severity, "severity", SEVERITIES) if severity else None
    read_unknown = wrong.attempt(word_of, on_unknown, "on_unknown", SEVERITIES) if on_unknown else None
    wrong.settle()
    assert name is not None
    assert demands is not None
    return Requirement(
        id=name.text,
        place=name.place,
        demands=demands,
        where=read_where,
        unless=read_unless,
        message=(read_message or "").strip().rstrip("."),
        severity=Severity(read_severity) if read_severity else Severity.ERROR,
        on_unknown=Severity(read_unknown) if read_unknown else None,
    )


def _id(table: Table) -> Scalar:
    node = table.get("id")
    if node is None:
        raise PolicyError("a requirement needs an `id`: findings go by it", table.place)
    if not isinstance(node, Scalar) or not _ID.fullmatch(node.text) or len(node.text) > _LONGEST_ID:
        raise PolicyError(f"an id is lower-case words joined by hyphens, not {kind_of(node)}", node.place)
    return node


def _where(node: Node, what: str, base: str) -> Where:
    table = table_of(node, what)
    wrong = Complaints()
    given: dict[str, tuple[str, ...]] = {}
    tags: list[tuple[str, tuple[str, ...]]] = []
    for key, value in table.entries:
        name = key.text
        if name.startswith(TAG) and name != TAG:
            globs = wrong.attempt(words_of, value, name)
            tags.append((name.removeprefix(TAG), globs or ()))
        elif name == "kind":
            given[name] = wrong.attempt(choices_of, value, "kind", KINDS) or ()
        elif name in WHERE_KEYS:
            given[name] = wrong.attempt(words_of, value, name) or ()
        else:
            hint = "; write tags.NAME" if name in ("tags", "tag", TAG) else nearest(name, (*WHERE_KEYS, "tags.NAME"))
            wrong.add(f'{what} has no key "{name[:60]}"{hint}', key.place)
    if not table.entries:
        wrong.add(f"{what} must say something: leave it out to mean every launch", table.place)
    wrong.settle()
    return Where(
        types=given.get("type", ()),
        kinds=given.get("kind", ()),
        addresses=given.get("address", ()),
        paths=given.get("path", ()),
        modules=given.get("module", ()),
        roots=given.get("root", ()),
        regions=given.get("region", ()),
        providers=given.get("provider", ()),
        tags=tuple(tags),
        base=base,
    )


def _demands(requirement: Table, said: str) -> tuple[Demand, ...]:
    node = requirement.get("require")
    if node is None:
        raise PolicyError(f"{said} needs `require`: what must be so", requirement.place)
    table = table_of(node, "require")
    wrong = Complaints()
    refuse_others(table, "require", REQUIRE_KEYS, wrong)
    if not table.entries:
        wrong.add("require must ask for something", node.place)
    known = [(key.text, value) for key, value in table.entries if key.text in REQUIRE_KEYS]
    demands = [wrong.attempt(_demanded, name, value) or () for name, value in known]
    wrong.settle()
    return tuple(demand for some in demands for demand in some)


def _demanded(name: str, node: Node) -> tuple[Demand, ...]:
    """Give what one key asks for: an alarm on each metric, else one thing."""
    if name == "alarm":
        return tuple(Watched(metric) for metric in choices_of(node, name, METRICS))
    return (_demand(name, node),)


def _demand(name: str, node: Node) -> Demand:
    if name == HOP_LIMIT:
        return _hops(node)
    if name == "state":
        return InState(choices_of(node, name, STATES))
    if name == "source":
        return SetBy(choices_of(node, name, SOURCES))
    return OneOf(name, choices_of(node, name, VALUES[name]))


def _hops(node: Node) -> Demand:
    """A number, a list of numbers, or `{min: 1, max: 2}`."""
    if isinstance(node, Scalar):
        number = _number(node, HOP_LIMIT)
        return Between(HOP_LIMIT, number, number)
    if isinstance(node, Items):
        if not node.items:
            raise PolicyError(f"{HOP_LIMIT} must be a number from 1 to 64, not an empty list", node.place)
        return OneOf(HOP_LIMIT, tuple(str(_number(item, HOP_LIMIT)) for item in node.items))
    wrong = Complaints()
    refuse_others(node, HOP_LIMIT, BOUNDS, wrong)
    low, high = node.get("min"), node.get("max")
    if low is None and high is None:
        wrong.add(f"{HOP_LIMIT} needs min, max or both", node.place)
    least = wrong.attempt(_number, low, "min") if low else None
    most = wrong.attempt(_number, high, "max") if high else None
    if least is not None and most is not None and least > most:
        wrong.add(f"no {HOP_LIMIT} is at least {least} and at most {most}", node.place)
    wrong.settle()
    return Between(HOP_LIMIT, least, most)


def _number(node: Node, what: str) -> int:
    if isinstance(node, Scalar) and not node.quoted and re.fullmatch(r"[1-9][0-9]?", node.text):
        number = int(node.text)
        if number <= 64:
            return number
    raise PolicyError(f"{what} must be a number from 1 to 64, not {kind_of(node)}", node.place)
