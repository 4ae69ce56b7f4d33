"""Which functions there are, and in which family's module each stands: a family is imported when first called."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from imdsguard.hcl.functions.function import Function, LazyFunction

AnyFunction = Function | LazyFunction

FAMILIES = {
    "text": (
        "chomp endswith indent join lower replace sort split startswith strcontains strrev substr title trim "
        "trimprefix trimspace trimsuffix upper"
    ),
    "format": "format formatlist",
    "regex": "regex regexall",
    "numbers": "abs ceil floor log max min parseint pow range signum sum",
    "collections_lists": "chunklist compact concat distinct element flatten index reverse slice",
    "collections_maps": "keys lookup merge transpose values zipmap",
    "collections_pick": "alltrue anytrue coalesce coalescelist contains length matchkeys one",
    "collections_sets": "setintersection setproduct setsubtract setunion",
    "conversion": "tobool tolist tomap tonumber toset tostring",
    "sensitivity": "ephemeralasnull issensitive nonsensitive sensitive",
    "attempts": "can try",
    "encoding": (
        "base64decode base64encode base64gunzip base64gzip jsondecode jsonencode textdecodebase64 textencodebase64 "
        "urldecode urlencode"
    ),
    "csv": "csvdecode",
    "yaml": "yamldecode yamlencode",
    "hashing": "base64sha256 base64sha512 bcrypt md5 rsadecrypt sha1 sha256 sha512 uuid uuidv5",
    "datetime": "formatdate plantimestamp timeadd timecmp timestamp",
    "network": "cidrcontains cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "files": (
        "abspath basename dirname file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset "
        "filesha1 filesha256 filesha512 pathexpand"
    ),
    "templatefile": "templatefile templatestring",
}
"""Function names by the module that holds them."""

FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names.split()}


def names() -> frozenset[str]:
    """The names of all functions, without namespaces."""
    return frozenset(FAMILY_OF)


def find(name: str) -> AnyFunction | None:
    """Return the function of that name, `core::` and `provider::` names included, or None if there is none.

    Of a provider's function only the name is known: its result is unknown.
    """
    name = name.removeprefix("core::")
    if name in FAMILY_OF:
        return _family(FAMILY_OF[name])[name]
    if name.startswith("provider::"):
        from imdsguard.hcl.functions.provider import provider_function

        return provider_function(name)
    return None


def find_in_console(name: str) -> AnyFunction | None:
    """The same, with `type`, which only the console has."""
    return _family("console")["type"] if name == "type" else find(name)


@cache
def _family(module: str) -> dict[str, AnyFunction]:
    """Import a family and give its functions by name."""
    found = vars(import_module(f"imdsguard.hcl.functions.{module}")).values()
    return {f.name: f for f in found if isinstance(f, (Function, LazyFunction))}
