"""What a policy says of what no single root module shows: `estates` and `assume`, and how it is all deployed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imdsguard.model.assumption import V2, AssumedDefault, AssumedImage
from imdsguard.model.record import record
from imdsguard.model.shared_account import SharedAccount
from imdsguard.policy.declaration import SCALAR, Choice, ListOf, Mapped, Names, PolicyKey, Sentence, Special, schema_of
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of
from imdsguard.policy.shapes import word_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.environment import Stack
    from imdsguard.policy.declaration import About, Definitions
    from imdsguard.policy.stacks import ExcludedPath, StackEntry

TOKENS = ("required", "optional", "no-preference")
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}")


@record(frozen=True, slots=True)
class EstateEntry:
    """An estate: the root modules that match one of `globs` share an account. Globs count from the folder `base`.

    `account` is the text by which others name the same account, "" for none.
    """

    name: str
    globs: tuple[Scalar, ...]
    base: str
    account: str = ""


@record(frozen=True, slots=True)
class Assumptions:
    """What lies outside: estates by name, Region defaults where the code sets none, and images that it only names.

    `stacks` says how root modules are deployed, `excluded` what is no part of what is deployed.
    """

    estates: tuple[EstateEntry, ...] = ()
    assumed: tuple[AssumedDefault, ...] = ()
    images: tuple[AssumedImage, ...] = ()
    stacks: tuple[StackEntry, ...] = ()
    excluded: tuple[ExcludedPath, ...] = ()

    def over(self, base: Assumptions) -> Assumptions:
        """Give what both say together: this one counts, estate by estate, and for all that is assumed as a whole."""
        mine = {estate.name for estate in self.estates}
        kept = tuple(estate for estate in base.estates if estate.name not in mine)
        outside = self if self.assumed or self.images else base
        return Assumptions(
            kept + self.estates,
            outside.assumed,
            outside.images,
            self.stacks or base.stacks,
            self.excluded or base.excluded,
        )

    def joined(self, accounts: Mapping[Stack, str]) -> dict[Stack, SharedAccount]:
        """Say which stacks share an account, given those that were read, each with the account its environment names.

        The environment's own account counts before that of the estate. In an estate without one, environments of one
        name share an account: who says that root modules share one does not say that production is where tests are.
        Root modules are named relative to the working directory. Raises `PolicyError` where two estates claim one.
        """
        if not self.estates and not any(accounts.values()):
            return {}
        estates: dict[str, EstateEntry | None] = {}
        found: dict[Stack, SharedAccount] = {}
        for stack, named in accounts.items():
            if stack.root not in estates:
                estates[stack.root] = self._estate_of(stack.root)
            estate = estates[stack.root]
            account = named or (estate.account if estate is not None else "")
            if account:
                found[stack] = SharedAccount(account=account)
            elif estate is not None:
                found[stack] = SharedAccount(estate.name, stack.environment)
        return found

    def _estate_of(self, root: str) -> EstateEntry | None:
        from imdsguard.policy.match import matches_path

        found: EstateEntry | None = None
        for estate in self.estates:
            glob = next((glob for glob in estate.globs if matches_path(root, glob.text, estate.base)), None)
            if glob is None:
                continue
            if found is not None:
                message = f'{root} is in two estates, "{found.name}" and "{estate.name}": it can be in one only'
                raise PolicyError(message, glob.place)
            found = estate
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


def _estate(_: Table, given: dict[str, Any], about: About) -> EstateEntry:
    return EstateEntry(about.what, given["roots"], about.base, given.get("account") or "")


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
                "else to the top of the repository: * within one name, ** over any number of folders.",
                needed='the estate {what} needs `roots: ["folder/*", ...]`',
                called="{}: roots",
                examples=(["stacks/prod/*"],),
            ),
            PolicyKey(
                "account",
                Sentence(),
                "The AWS account, by any text: environments and estates that have the same text are in one account.",
                called="{}: account",
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
