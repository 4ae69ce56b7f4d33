"""`select`: which rules are on, by their ids or by the controls that they check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.record import record
from imdsguard.policy.declaration import Mapped, PolicyKey, Special
from imdsguard.policy.errors import Complaints, nearest
from imdsguard.policy.shapes import MOST, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imdsguard.policy.declaration import About, Definitions
    from imdsguard.policy.nodes import Node, Scalar, Table

    Controls = Mapping[str, Sequence[str]]
    """What a rule declares: the controls that it checks, by the framework that they are of."""


@record(frozen=True, slots=True)
class Selection:
    """The rules that are on: those of these ids, and those that check one of these controls. Both are globs.

    A control is named by its framework alone, which means all that are of it, or by framework and id.
    """

    rules: tuple[Scalar, ...] = ()
    controls: tuple[Scalar, ...] = ()

    def means(self, rule: str, controls: Controls) -> bool:
        """Whether a rule is on that declares these controls."""
        from imdsguard.policy.match import matches_word

        if any(matches_word(rule, glob.text) for glob in self.rules):
            return True
        names = names_of(controls) if self.controls else ()
        return any(matches_word(name, glob.text) for glob in self.controls for name in names)

    def refuse_unknown(
        self, declared: Mapping[str, Controls], known: Iterable[str], trusted: Sequence[str] = ()
    ) -> None:
        """Raise `PolicyError` for what means no rule, by its id (`known`) or by the controls it declares (`declared`).

        What stands in a file of `trusted` may: a program may run other rules than ours.
        """
        from imdsguard.policy.match import matches_any, matches_word

        wrong = Complaints()
        ids = tuple(known)
        for glob in self.rules:
            if glob.place.file not in trusted and not any(matches_word(rule, glob.text) for rule in ids):
                wrong.add(f'there is no rule "{glob.text[:60]}"{nearest(glob.text, ids)}', glob.place)
        frameworks = {framework for controls in declared.values() for framework in controls}
        names = {name for controls in declared.values() for name in names_of(controls)}
        for glob in self.controls:
            if glob.place.file not in trusted and not any(matches_any(name, (glob.text,)) for name in names):
                hint = nearest(glob.text, frameworks)
                wrong.add(f'no rule checks a control "{glob.text[:60]}"{hint}', glob.place)
        wrong.raise_if_any()


def names_of(controls: Controls) -> tuple[str, ...]:
    """Give what a selection may call the controls of a rule: each framework, and each control behind its framework."""
    return (*controls, *(f"{framework} {control}" for framework, ids in controls.items() for control in ids))


def _items(node: Node, about: About) -> tuple[Scalar, ...]:
    return items_of(node, about.what)


def _ids(definitions: Definitions) -> dict[str, Any]:
    definitions.setdefault("rule_id", {"anyOf": [{"enum": []}, {"type": "string", "pattern": "\\S"}]})
    return _several({"$ref": "#/definitions/rule_id"})


def _controls(definitions: Definitions) -> dict[str, Any]:
    definitions.setdefault("control", {"anyOf": [{"enum": []}, {"type": "string", "pattern": "\\S"}]})
    return _several({"$ref": "#/definitions/control"})


def _several(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "array", "minItems": 1, "maxItems": MOST, "items": one}]}


def _selection(_: Table, given: dict[str, Any], __: About) -> Selection:
    return Selection(**given)


SELECT = Mapped(
    "select",
    (
        PolicyKey("rules", Special(_items, _ids), "Rules by id or glob.", examples=("*-tokens-optional",)),
        PolicyKey(
            "controls",
            Special(_items, _controls),
            "Rules by the controls that they check: a framework, or one control of it behind its name; globs.",
            examples=("CIS AWS Foundations *", "AWS Security Hub EC2.8"),
        ),
    ),
    _selection,
    empty="select must name rules or controls: leave it out to have every rule on",
)
