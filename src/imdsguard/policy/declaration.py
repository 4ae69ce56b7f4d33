"""The language in which each part of a policy is declared, once.

A declaration is what the reader goes by (`read`: from nodes that know their place to typed records, every complaint
with line, column and the nearest key) and what `policies/schema.json`, and `test-schema.json` of their tests, are
written from (`schema`).

What msgspec makes of a struct's types does not carry it: its decoder stops at the first fault and does not know where
that stands, its schema has no keys by pattern (`tags.NAME`), and YAML's `off` is a word to us and `false` to it.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

from imdsguard.model.record import record
from imdsguard.policy.errors import Complaints, PolicyError, nearest
from imdsguard.policy.nodes import Items, Node, Table, kind_of
from imdsguard.policy.shapes import MOST, choices_of, sentence_of, table_of, word_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from imdsguard.model.place import Place

SCALAR = ["string", "number", "boolean"]
"""What YAML makes of a word: `on`, `7` and `a` are all words to a policy."""
Definitions = dict[str, Any]


@record(frozen=True, slots=True)
class About:
    """What is being read: `what` complaints call it, and `place` is where its name stands.

    `base` is the folder from which globs on paths count.
    """

    what: str
    base: str = ""
    place: Place | None = None


class Shape(Protocol):
    """What a value may look like. `name` is that of its definition in the schema, if it has one."""

    @property
    def name(self) -> str:
        """Under which name the schema defines it; empty: in place."""
        ...

    def read(self, node: Node, about: About) -> Any:
        """Give the value. Raises `PolicyError`."""
        ...

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Write its JSON Schema, and add what it refers to to `definitions`."""
        ...


def schema_of(shape: Shape, definitions: Definitions) -> dict[str, Any]:
    """Write a shape, or a reference to its definition."""
    if not shape.name:
        return shape.schema(definitions)
    if shape.name not in definitions:
        definitions[shape.name] = {}  # a place in the order of first use
        definitions[shape.name] = shape.schema(definitions)
    return {"$ref": f"#/definitions/{shape.name}"}


@record(frozen=True, slots=True)
class Choice:
    """One of the `known` words."""

    known: tuple[str, ...]
    name: str = ""

    def read(self, node: Node, about: About) -> str:
        """Give the word."""
        return word_of(node, about.what, self.known)

    def schema(self, definitions: Definitions) -> dict[str, Any]:  # noqa: ARG002
        """An enumeration. Some readers of YAML take `off` for false."""
        return {"enum": [*self.known, *([False] if "off" in self.known else [])]}


@record(frozen=True, slots=True)
class Choices:
    """One or several of the `known` words; a tuple."""

    known: tuple[str, ...]
    name: str = ""

    def read(self, node: Node, about: About) -> tuple[str, ...]:
        """Give the words."""
        return choices_of(node, about.what, self.known)

    def schema(self, definitions: Definitions) -> dict[str, Any]:  # noqa: ARG002
        """One, or a list."""
        return one_or_several({"enum": list(self.known)})


@record(frozen=True, slots=True)
class Words:
    """One or several words or globs, whatever they are; a tuple."""

    name: str = "words"

    def read(self, node: Node, about: About) -> tuple[str, ...]:
        """Give the words."""
        return words_of(node, about.what)

    def schema(self, definitions: Definitions) -> dict[str, Any]:  # noqa: ARG002
        """One, or a list."""
        return one_or_several({"type": SCALAR, "pattern": "\\S"})


@record(frozen=True, slots=True)
class Sentence:
    """A text that says something. `pattern` is for editors: what it asks for, `read_as` does, too."""

    read_as: Callable[[Node, str], str] = sentence_of
    pattern: str = "\\S"
    limits: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    def read(self, node: Node, about: About) -> str:
        """Give the text."""
        return self.read_as(node, about.what)

    def schema(self, definitions: Definitions) -> dict[str, Any]:  # noqa: ARG002
        """A text, or what YAML takes for something else in one."""
        kind: Any = SCALAR if self.pattern == "\\S" else "string"
        return {"type": kind, "pattern": self.pattern, **self.limits}


@record(frozen=True, slots=True)
class Special:
    """A value that only a function of its own can read; `written` is its schema."""

    reader: Callable[[Node, About], Any]
    written: Callable[[Definitions], dict[str, Any]]
    name: str = ""

    def read(self, node: Node, about: About) -> Any:
        """Give the value."""
        return self.reader(node, about)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Give the schema."""
        return self.written(definitions)


@record(frozen=True, slots=True)
class ReadLater:
    """A shape of a module that is imported when there is something to read."""

    made: Callable[[], Shape]
    name: str = ""

    def read(self, node: Node, about: About) -> Any:
        """Give the value."""
        return self.made().read(node, about)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Give the schema."""
        return schema_of(self.made(), definitions)


@record(frozen=True, slots=True)
class ListOf:
    """A list of things, at most `MOST`; a tuple. `several` is what they are called, and `check` compares them.

    `of` is what messages call that which has the list, and `empty` is said where nothing is in it.
    """

    item: Shape
    several: str
    check: Callable[[Iterable[Any], Complaints], None] | None = None
    name: str = ""
    of: str = "a policy"
    empty: str = ""

    def read(self, node: Node, about: About) -> tuple[Any, ...]:
        """Read all, and complain of all."""
        if not isinstance(node, Items):
            raise PolicyError(f"{about.what} must be a list, not {kind_of(node)}", node.place)
        if self.empty and not node.items:
            raise PolicyError(self.empty, node.place)
        if len(node.items) > MOST:
            raise PolicyError(f"{self.of} cannot have more than {MOST} {self.several}", node.place)
        wrong = Complaints()
        found = [wrong.attempt(self.item.read, item, About(about.what, about.base)) for item in node.items]
        right = tuple(each for each in found if each is not None)
        if self.check is not None:
            self.check(right, wrong)
        wrong.raise_if_any()
        return right

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """A bounded array."""
        least = {"minItems": 1} if self.empty else {}
        return {"type": "array", **least, "maxItems": MOST, "items": schema_of(self.item, definitions)}


@record(frozen=True, slots=True)
class Names:
    """A mapping from names of the author's to things of one shape; a dict. `pattern` is what a name must look like."""

    item: Shape
    pattern: str = ""
    name: str = ""

    def read(self, node: Node, about: About) -> dict[str, Any]:
        """Read all, and complain of all."""
        wrong = Complaints()
        found = {
            key.text: wrong.attempt(self.item.read, value, About(key.text, about.base, key.place))
            for key, value in table_of(node, about.what).entries
        }
        wrong.raise_if_any()
        return found

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An object with any names."""
        names = {"propertyNames": {"pattern": self.pattern}} if self.pattern else {}
        return {"type": ["object", "null"], **names, "additionalProperties": schema_of(self.item, definitions)}


@record(frozen=True, slots=True)
class PolicyKey:
    """One key of a mapping. `says` is its description; `needed` what is said where it is missing, if it must not be.

    `field` is what the value is called where it is used; without it the key's own name. `called` is what complaints
    about the value call it.
    """

    key: str
    shape: Shape
    says: str
    needed: str = ""
    field: str = ""
    called: str = ""
    default: str = ""
    examples: tuple[Any, ...] = ()

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Write the value with its description."""
        written = schema_of(self.shape, definitions)
        return {
            "description": self.says,
            **({"allOf": [written]} if "$ref" in written else written),
            **({"default": self.default} if self.default else {}),
            **({"examples": list(self.examples)} if self.examples else {}),
        }


@record(frozen=True, slots=True)
class KeyPattern:
    """Keys that begin with `prefix` and go on; `label` stands for them in messages. They are read into a tuple."""

    prefix: str
    label: str
    shape: Shape
    says: str
    field: str

    def means(self, key: str) -> bool:
        """Whether a key is one of them."""
        return key.startswith(self.prefix) and key != self.prefix

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Write the value with its description."""
        return {"description": self.says, "allOf": [schema_of(self.shape, definitions)]}


@record(frozen=True, slots=True)
class Mapped:
    """A mapping with known keys. `make` gives the record out of the values that are there, by `PolicyKey.field`.

    `called` is what messages call it, and `refused` what those call it that refuse a key: `{}` is the key's or the
    author's name for it. `titled` is the key by whose value a complaint knows it. `empty` is said where it has no keys
    at all. `check` complains of what fits badly together, and `more` says the same in the schema, as far as that can.
    """

    called: str
    keys: tuple[PolicyKey, ...]
    make: Callable[[Table, dict[str, Any], About], Any]
    name: str = ""
    says: str = ""
    titled: str = ""
    refused: str = ""
    empty: str = ""
    pattern: KeyPattern | None = None
    check: Callable[[Table, dict[str, Any], Complaints], None] | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def read(self, node: Node, about: About) -> Any:
        """Read every key, and complain of all that is wrong."""
        table = table_of(node, self.called.format(about.what))
        wrong = Complaints()
        given: dict[str, Any] = {}
        hints = ""
        by_name = {key.key: key for key in self.keys}
        for name, value in table.entries:
            key = by_name.get(name.text)
            if key is not None:
                called = key.called.format(about.what) or name.text
                made = wrong.attempt(key.shape.read, value, About(called, about.base, name.place))
                given[key.field or key.key] = made
            elif self.pattern is not None and self.pattern.means(name.text):
                made = wrong.attempt(self.pattern.shape.read, value, About(name.text, about.base, name.place))
                written = (name.text.removeprefix(self.pattern.prefix), made)
                given[self.pattern.field] = (*given.get(self.pattern.field, ()), written)
            else:
                hint = self._hint(name.text)
                wrong.add(
                    f'{(self.refused or self.called).format(about.what)} has no key "{name.text[:60]}"{hint}',
                    name.place,
                )
                hints += hint
        for key in self.keys:
            if key.needed and table.get(key.key) is None and f'mean "{key.key}"' not in hints:
                wrong.add(key.needed.format(what=about.what, called=self._titled(given)), about.place or table.place)
        if self.empty and not table.entries:
            wrong.add(self.empty.format(about.what), table.place)
        if self.check is not None:
            self.check(table, given, wrong)
        wrong.raise_if_any()
        return self.make(table, given, about)

    def _titled(self, given: Mapping[str, Any]) -> str:
        title = given.get(self.titled) if self.titled else None
        return f"the {self.called.partition(' ')[2]} {title}" if title else self.called

    def _hint(self, name: str) -> str:
        """Say which key may be meant."""
        known = [key.key for key in self.keys]
        if self.pattern is None:
            return nearest(name, known)
        family = self.pattern.prefix.rstrip(".")
        if name in (self.pattern.prefix, family, family.rstrip("s")):
            return f"; write {self.pattern.label}"
        return nearest(name, (*known, self.pattern.label))

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An object with these keys and no others."""
        needed = [key.key for key in self.keys if key.needed]
        patterned = {}
        if self.pattern is not None:
            begins = self.pattern.prefix.replace(".", r"\.")
            patterned = {"patternProperties": {f"^{begins}.+$": self.pattern.schema(definitions)}}
        return {
            **({"description": self.says} if self.says else {}),
            "type": "object" if needed or self.empty else ["object", "null"],
            **({"required": needed} if needed else {}),
            **({"minProperties": 1} if self.empty else {}),
            "additionalProperties": False,
            "properties": {key.key: key.schema(definitions) for key in self.keys},
            **patterned,
            **self.more,
        }


def one_or_several(one: dict[str, Any]) -> dict[str, Any]:
    """Write one thing, or a list of some."""
    return {"anyOf": [one, {"type": "array", "minItems": 1, "maxItems": MOST, "items": one}]}
