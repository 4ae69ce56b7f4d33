"""What a policy says of how a repository is deployed: `stacks` and `exclude`."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from imdsguard.model.record import record
from imdsguard.policy.declaration import SCALAR, About, ListOf, Mapped, Names, PolicyKey, Sentence, Special
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.nodes import Node, Scalar, Table, kind_of
from imdsguard.policy.shapes import is_nothing, items_of, sentence_of, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.model.place import Place
    from imdsguard.policy.declaration import Definitions

_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]*$"
"""What the name of an environment looks like."""
_VARIABLE = r"^[^\W\d][\w-]*$"
"""What the name of a variable looks like ("Input Variables"; identifiers: "Syntax: identifiers")."""
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_PARTS = ("folder", "root")


@record(frozen=True, slots=True)
class EnvironmentEntry:
    """What a policy says of one environment, as it is written: `{folder}` and `{root}` stand for the root module's.

    `variables` are `name=value` texts. `workspace` is None where nothing is said of it, `account` "".
    """

    name: str
    place: Place
    var_files: tuple[Scalar, ...] = ()
    variables: tuple[str, ...] = ()
    workspace: str | None = None
    account: str = ""


@record(frozen=True, slots=True)
class StackEntry:
    """How the root modules that match one of `globs` are deployed. Globs and paths count from the folder `base`."""

    globs: tuple[Scalar, ...]
    environments: tuple[EnvironmentEntry, ...]
    base: str

    def matches(self, root: str) -> bool:
        """Whether it is about a root module. Its name is relative to the working directory."""
        from imdsguard.policy.match import matches_path

        return any(matches_path(root, glob.text, self.base) for glob in self.globs)


@record(frozen=True, slots=True)
class ExcludedPath:
    """A glob on paths that are not looked at. It counts from the folder `base`."""

    glob: str
    base: str


def entry_of(entries: Sequence[StackEntry], root: str) -> StackEntry | None:
    """Give the entry that counts for a root module: the first that matches."""
    return next((entry for entry in entries if entry.matches(root)), None)


def filled(text: str, root: str) -> str:
    """Put the parts of a root module's path (relative to the policy's base) into a text."""
    parts = {"folder": posixpath.basename(root), "root": root}
    return _IN_BRACES.sub(lambda found: parts.get(found[1], found[0]), text)


def _text(node: Node, about: About) -> str:
    """A text in which nothing stands in braces but what can be filled in."""
    text = sentence_of(node, about.what)
    for found in _IN_BRACES.finditer(text):
        if found[1] not in _PARTS:
            raise PolicyError(
                f"{about.what}: {found[0][:60]} means nothing here: it can be {{folder}}, the last part of the root "
                "module's path, or {root}, the whole of it",
                node.place,
            )
    return text


def _files(node: Node, about: About) -> tuple[Scalar, ...]:
    wrong = Complaints()
    for item in items_of(node, about.what):
        if wrong.attempt(_text, item, about) is not None and _leads_out(item.text):
            wrong.add(f"{about.what}: {item.text[:60]} is no path below the repository", item.place)
    wrong.raise_if_any()
    return items_of(node, about.what)


def _leads_out(path: str) -> bool:
    return path.startswith(("/", "~", "\\")) or path[1:2] == ":"


def _variables(node: Node, about: About) -> tuple[str, ...]:
    wrong = Complaints()
    found = []
    for name, value in table_of(node, about.what).entries:
        if not re.match(_VARIABLE, name.text):
            wrong.add(f'{about.what}: "{name.text[:60]}" is not the name of a variable', name.place)
        elif not isinstance(value, Scalar) or (is_nothing(value) and not value.quoted):
            wrong.add(
                f"{about.what}: {name.text} must be a text, as for terraform plan -var, not {kind_of(value)}",
                value.place,
            )
        else:
            found.append(f"{name.text}={value.text}")
    wrong.raise_if_any()
    return tuple(found)


def _workspaces(node: Node, about: About) -> tuple[EnvironmentEntry, ...]:
    wrong = Complaints()
    texts = [(item, wrong.attempt(_text, item, about)) for item in items_of(node, about.what)]
    wrong.raise_if_any()
    return tuple(EnvironmentEntry(text, item.place, workspace=text) for item, text in texts if text is not None)


def _environment(_: Table, given: dict[str, Any], about: About) -> EnvironmentEntry:
    assert about.place is not None
    if not re.match(_NAME, about.what):
        raise PolicyError(
            f'"{about.what[:60]}" is not the name of an environment: letters, digits, ".", "_" and "-"', about.place
        )
    return EnvironmentEntry(
        about.what,
        about.place,
        given.get("var_files") or (),
        given.get("vars") or (),
        given.get("workspace"),
        given.get("account") or "",
    )


def _stack(_: Table, given: dict[str, Any], about: About) -> StackEntry:
    environments = given.get("workspaces") or tuple((given.get("environments") or {}).values())
    return StackEntry(given["roots"], environments, about.base)


def _either(table: Table, given: dict[str, Any], wrong: Complaints) -> None:
    environments = table.get("environments")
    if environments is not None and given.get("environments") == {}:
        wrong.add("environments: name at least one, or leave the key out", environments.place)
    if environments is not None and table.get("workspaces") is not None:
        wrong.add(
            "a stack has environments or workspaces, not both: an environment can have a workspace",
            environments.place,
        )


def _exclude(node: Node, about: About) -> tuple[ExcludedPath, ...]:
    return tuple(ExcludedPath(item.text, about.base) for item in items_of(node, about.what))


def _texts_schema(_: Definitions) -> dict[str, Any]:
    one = {"type": SCALAR, "pattern": "\\S"}
    return {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}


def _special(reader: Callable[[Node, About], Any]) -> Special:
    return Special(reader, _texts_schema)


def _in_text(node: Node, what: str) -> str:
    return _text(node, About(what))


ENVIRONMENT = Mapped(
    "the environment {}",
    (
        PolicyKey(
            "var_files",
            _special(_files),
            "Files of variables, weakest first, as for terraform plan -var-file. They count from the folder of "
            ".imdsguard.yaml, else from the top of the repository, and lie in the repository.",
            called="{}: var_files",
            examples=(["environments/prod.tfvars"], ["{root}/prod.tfvars"]),
        ),
        PolicyKey(
            "vars",
            Special(
                _variables,
                lambda _: {
                    "type": ["object", "null"],
                    "propertyNames": {"pattern": r"^[A-Za-z_\u0080-\uffff]"},
                    "additionalProperties": {"type": SCALAR},
                },
            ),
            "Values of variables, as for terraform plan -var; they count after the files.",
            called="{}: vars",
        ),
        PolicyKey(
            "workspace",
            Sentence(_in_text),
            "The value of terraform.workspace.",
            called="{}: workspace",
        ),
        PolicyKey(
            "account",
            Sentence(_in_text),
            "The AWS account, by any text: what has the same text here, or in an estate, is in one account.",
            called="{}: account",
        ),
    ),
    _environment,
    name="environment",
    refused="an environment",
)

STACKS = ListOf(
    Mapped(
        "a stack",
        (
            PolicyKey(
                "roots",
                Special(
                    lambda node, about: items_of(node, f"{about.what} of a stack"),
                    _texts_schema,
                ),
                "Globs on the folders of root modules, relative to the folder of .imdsguard.yaml, else to the top of "
                "the repository: * within one name, ** over any number of folders. The first entry that matches a root "
                "module counts for it.",
                needed='a stack needs `roots: ["folder/*", ...]`',
                examples=(["stacks/*"], ["."]),
            ),
            PolicyKey(
                "workspaces",
                _special(_workspaces),
                "The workspaces in which they are deployed; each is an environment of that name.",
                examples=(["{folder}-development", "{folder}-production"],),
            ),
            PolicyKey(
                "environments",
                Names(ENVIRONMENT, _NAME),
                "The environments in which they are deployed, each with what Terraform is given for it.",
            ),
        ),
        _stack,
        name="stack",
        check=_either,
    ),
    "stacks",
)
EXCLUDE = _special(_exclude)
