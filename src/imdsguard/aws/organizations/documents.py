"""Policy documents: statements out of JSON, whichever of its shapes it uses.

(IAM User Guide, "IAM JSON policy elements reference": an element may hold one value or a list of values)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.aws.organizations.json_text import read_json
from imdsguard.aws.types.registry import record_of
from imdsguard.model.organization import Condition, Statement
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.place import Place
    from imdsguard.model.value import Value

TEXTS = ("json", "minified_json")
MAX_DEPTH = 8
"""How many documents deep one may be made of others."""


def statements_of(document: Any, place: Place | None) -> tuple[Statement, ...]:
    """Return the statements of a parsed policy. What is no statement is left out: AWS refuses it."""
    return tuple(
        Statement(
            effect=str(raw.get("Effect", "")),
            actions=words(raw.get("Action")),
            not_actions=words(raw.get("NotAction")),
            resources=words(raw.get("Resource")),
            not_resources=words(raw.get("NotResource")),
            conditions=conditions_of(raw.get("Condition")),
            sid=str(raw.get("Sid", "")),
            place=place,
        )
        for raw in several(document.get("Statement") if isinstance(document, dict) else None)
        if isinstance(raw, dict)
    )


def conditions_of(raw: Any) -> tuple[Condition, ...]:
    """Return the tests of a `Condition` element."""
    if not isinstance(raw, dict):
        return ()
    return tuple(
        Condition(str(operator), str(key), words(values))
        for operator, tests in raw.items()
        if isinstance(tests, dict)
        for key, values in tests.items()
    )


def several(raw: Any) -> list[Any]:
    """Return one thing, or a list of things, as a list; nothing is an empty one."""
    if raw is None:
        return []
    return raw if isinstance(raw, list) else [raw]


def words(raw: Any) -> tuple[str, ...]:
    """Return one value or a list of values as texts, `true` and `false` as JSON writes them."""
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in several(raw))


def statements_in(
    value: Value, argument: str, root: RootIndex, depth: int = 0
) -> tuple[tuple[Statement, ...] | Unknown, Any]:
    """Read a policy in an argument: JSON text, or the `json` of a policy document in the code.

    Returns the statements, or why they cannot be told; and the parsed JSON where there is such.
    """
    reference = value.reference if isinstance(value, Unknown) else None
    if reference is not None and len(reference.attribute) == 1 and reference.attribute[0] in TEXTS:
        found = root.find(reference)
        record = record_of(found.kind) if found is not None else None
        if found is not None and record is not None and record.statements is not None and depth < MAX_DEPTH:
            return record.statements(found, root, depth + 1), None
    parsed = read_json(value, argument)
    if isinstance(parsed, Unknown):
        return parsed, None
    return statements_of(parsed, value.place), parsed
