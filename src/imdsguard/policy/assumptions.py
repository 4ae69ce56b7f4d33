"""What a policy says of what no single root module shows: `estates` and `assume`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imdsguard.model.assumption import V2, AssumedDefault, AssumedImage
from imdsguard.model.record import record
from imdsguard.policy.declaration import SCALAR, Choice, ListOf, Mapped, Names, PolicyKey, Sentence, Special, schema_of
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of
from imdsguard.policy.shapes import word_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.policy.declaration import About, Definitions

TOKENS = ("required", "optional", "no-preference")
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}")


@record(frozen=True, slots=True)
class Stacks:
    """An estate: the root modules that match one of `globs` share an account. Globs count from the folder `base`."""

    name: str
    globs: tuple[Scalar, ...]
    base: str


@record(frozen=True, slots=True)
class Assumptions:
    """What lies outside: estates by name, Region defaults where the code sets none, and images that it only names."""

    estates: tuple[Stacks, ...] = ()
    assumed: tuple[AssumedDefault, ...] = ()
    images: tuple[AssumedImage, ...] = ()

    def over(self, base: Assumptions) -> Assumptions:
        """Give what both say together: this one counts, estate by estate, and for all that is assumed as a whole."""
        mine = {estate.name for estate in self.estates}
        kept = tuple(estate for estate in base.estates if estate.name not in mine)
        outside = self if self.assumed or self.images else base
        return Assumptions(kept + self.estates, outside.assumed, outside.images)

    def joined(self, roots: Iterable[str]) -> dict[str, str]:
        """Give the estate of each root module that is in one; names are relative to the working directory.

        Raises `PolicyError` where two estates claim one root module.
        """
        if not self.estates:
            return {}
        from imdsguard.policy.match import matches_path

        found: dict[str, str] = {}
        for root in roots:
            for estate in self.estates:
                glob = next((glob for glob in estate.globs if matches_path(root, glob.text, estate.base)), None)
                if glob is None:
                    continue
                if root in found:
                    message = f'{root} is in two estates, "{found[root]}" and "{estate.name}": it can be in one only'
                    raise PolicyError(message, glob.place)
                found[root] = estate.name
        return found


def _globs(node: Node, about: About) -> tuple[Scalar, ...]:
    if not isinstance(node, Items):
        raise PolicyError(f"{about.what} must be a list of globs, not {kind_of(node)}", node.place)
    wrong = Complaints()
    globs = []
    for item in node.items:
        if not isinstance(item, Scalar) or not item.text or "\0" in item.text:
            wrong.add(f"{about.what.removesuffix('roots')}a root is a glob on folders, not {kind_of(item)}", item.place)
        else:
            globs.append(item)
    wrong.raise_if_any()
    return tuple(globs)


def _estate(_: Table, given: dict[str, Any], about: About) -> Stacks:
    return Stacks(about.what, given["roots"], about.base)


def _default(node: Node, about: About) -> tuple[AssumedDefault, ...]:
    """One word for every Region, or Region by Region."""
    if not isinstance(node, Table):
        return (AssumedDefault(word_of(node, about.what, TOKENS), node.place),)
    wrong = Complaints()
    found = []
    for key, value in node.entries:
        if not _REGION.fullmatch(key.text):
            wrong.add(f'{about.what}: "{key.text[:60]}" is not the name of a Region', key.place)
        word = wrong.attempt(word_of, value, f"{about.what} of {key.text}", TOKENS)
        found.append(AssumedDefault(word or "", value.place, key.text))
    wrong.raise_if_any()
    return tuple(found)


def _default_schema(definitions: Definitions) -> dict[str, Any]:
    word = schema_of(_TOKENS, definitions)
    names = {"pattern": f"^{_REGION.pattern.replace('?:', '')}$"}
    return {"anyOf": [word, {"type": "object", "propertyNames": names, "additionalProperties": word}]}


def _assumed(_: Table, given: dict[str, Any], __: About) -> Assumptions:
    return Assumptions(assumed=given.get("region_default", ()), images=given.get("images", ()))


def _image(table: Table, given: dict[str, Any], _: About) -> AssumedImage:
    return AssumedImage(given.pop("imds_support"), table.place, **given)


def _named_one_way(table: Table, _: dict[str, Any], wrong: Complaints) -> None:
    """An image is found by owner and name, or by a parameter; a name without an owner is anybody's."""
    keys = {key.text for key, _ in table.entries}
    if keys <= _OF_AN_IMAGE and keys - {"imds_support"} not in ({"owner", "name"}, {"parameter"}):
        wrong.add("an image of assume needs `owner` and `name`, or `parameter`", table.place)


_TOKENS = Choice(TOKENS, name="tokens")
ESTATES = Names(
    Mapped(
        "the estate {}",
        (
            PolicyKey(
                "roots",
                Special(_globs, lambda _: {"type": "array", "items": {"type": SCALAR, "minLength": 1}}),
                "Globs on the folders of root modules (or files of plans), relative to the folder of .imdsguard.yaml, "
                "else to the working directory: * within one name, ** over any number of folders.",
                needed='the estate {what} needs `roots: ["folder/*", ...]`',
                called="{}: roots",
                examples=(["stacks/prod/*"],),
            ),
        ),
        _estate,
        name="estate",
        refused="an estate",
    )
)
_OF_AN_IMAGE = {"owner", "name", "parameter", "imds_support"}
_GLOB = Sentence()
IMAGE = Mapped(
    "an image of assume",
    (
        PolicyKey(
            "owner",
            _GLOB,
            "Who owns the images, as a look-up names it: an account, an alias, or self; a glob.",
            examples=("self",),
        ),
        PolicyKey(
            "name",
            _GLOB,
            "What the images are called; a glob, which must take in all that a look-up filters by.",
            examples=("golden-*",),
        ),
        PolicyKey(
            "parameter",
            _GLOB,
            "The parameter of Systems Manager that keeps an image's id; a glob.",
            examples=("/company/images/*",),
        ),
        PolicyKey(
            "imds_support",
            Choice((V2, "none")),
            "v2.0: the images require tokens where nothing else sets them, with a hop limit of 2; none: they do not.",
            needed="an image of assume needs `imds_support`: v2.0 or none",
        ),
    ),
    _image,
    name="assumed_image",
    check=_named_one_way,
    more={
        "oneOf": [
            {"required": ["owner", "name"], "not": {"required": ["parameter"]}},
            {"required": ["parameter"], "properties": {"owner": False, "name": False}},
        ]
    },
)
ASSUME = Mapped(
    "assume",
    (
        PolicyKey(
            "region_default",
            Special(_default, _default_schema),
            "The account's default for tokens, in every Region or Region by Region, where the code sets none.",
        ),
        PolicyKey(
            "images",
            ListOf(IMAGE, "images"),
            "What imds_support images have that the code only names.",
        ),
    ),
    _assumed,
)
