"""Decode a plan or a state, and say what to do where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.record import replace
from imdsguard.terraform.documents.schema import Document
from imdsguard.terraform.documents.sniff import Form, form_of
from imdsguard.terraform.documents.stream import parts_of
from imdsguard.terraform.documents.unwrap import UnwrapError, unwrap
from imdsguard.terraform.root import Root

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource

    Resources: TypeAlias = tuple[tuple[Resource, ...], tuple[Problem, ...]]

SHOW_STATE = "run `terraform show -json > state.json` and check that"
SHOW_PLAN = "run `terraform show -json PLANFILE > plan.json` and check that"
REMEDIES = {
    Form.BINARY: (
        "this is Terraform's binary plan, not its JSON",
        f"{SHOW_PLAN}, or let `imdsguard scan --run-terraform PLANFILE` run that",
    ),
    Form.LOG: (
        "this is the log of `terraform plan -json`, which does not hold the plan",
        "run `terraform plan -out PLANFILE`, then `terraform show -json PLANFILE > plan.json` and check that",
    ),
    Form.ENCRYPTED: (
        "this is encrypted by OpenTofu",
        "run `tofu show -json FILE > shown.json` where its key is at hand, and check that",
    ),
}
NOTHING = "this is an empty state, or `show` without a plan file: it holds nothing"
_TAIL = 4096
_DECODER = msgspec.json.Decoder(Document)


def read(label: str, data: bytes, wanted: frozenset[str]) -> tuple[Root, tuple[Problem, ...]]:
    """Read a document where there must be one: that there is none is a problem. Never raises."""
    try:
        text = unwrap(data)
    except UnwrapError as error:
        return _nothing(label, Problem(error.message, Place(label), error.remedy))
    return _read(label, text, form_of(text), wanted)


def read_each(label: str, data: bytes, wanted: frozenset[str]) -> list[tuple[Root, tuple[Problem, ...]]]:
    """Read a document, or each of a stream of them: those are named `LABEL#UNIT`.

    An empty list if it is neither. Never raises.
    """
    try:
        text = unwrap(data)
    except UnwrapError as error:
        return [_nothing(label, Problem(error.message, Place(label), error.remedy))]
    parts = parts_of(text)
    if parts:
        read_parts = [_read(f"{label}#{part.name}", part.text, form_of(part.text), wanted) for part in parts]
        return [(replace(root, files=(label,)), problems) for root, problems in read_parts]
    form = form_of(text)
    return [_read(label, text, form, wanted)] if form is not None else []


def _read(label: str, text: bytes, form: Form | None, wanted: frozenset[str]) -> tuple[Root, tuple[Problem, ...]]:
    place = Place(label)
    if form in REMEDIES:
        return _nothing(label, Problem(REMEDIES[form][0], place, REMEDIES[form][1]))
    try:
        return _root(form, text, place, wanted)
    except _RefusedError as refused:
        return _nothing(label, Problem(refused.message, place, refused.remedy))
    except msgspec.ValidationError as error:
        if form is Form.STATE_FILE:
            return _nothing(label, Problem(f"this is not a state file of Terraform: {error}", place, SHOW_STATE))
        return _nothing(label, Problem(f"this is not what `terraform show -json` prints: {error}", place, SHOW_PLAN))
    except msgspec.DecodeError as error:
        cut = "truncated" in str(error) or not text[-_TAIL:].rstrip().endswith(b"}")
        what = "the document is cut off" if cut else f"the document is not JSON: {error}"
        return _nothing(label, Problem(what, place, f"write it again, then {SHOW_PLAN.removeprefix('run ')}"))
    except UnicodeDecodeError:
        return _nothing(label, Problem("the document is not UTF-8", place, f"write it again: {SHOW_PLAN}"))
    except RecursionError:
        return _nothing(label, Problem("the document is nested too deeply to be Terraform's", place, SHOW_PLAN))


class _RefusedError(Exception):
    """A document of a version that is not read."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def _root(form: Form | None, text: bytes, place: Place, wanted: frozenset[str]) -> tuple[Root, tuple[Problem, ...]]:
    from imdsguard.terraform.documents.state import read_state

    if form is Form.STATE_FILE:
        from imdsguard.terraform.documents.state_file import READ, decode_state_file, root_of

        file = decode_state_file(text)
        if file.version != READ:
            made = "a Terraform before 0.12" if file.version < READ else "a newer Terraform"
            raise _RefusedError(
                f"this state file has version {file.version}, made by {made}: only version {READ} can be read",
                SHOW_STATE,
            )
        return _state(read_state(root_of(file, wanted), place, wanted), place)
    document = _DECODER.decode(text)
    if document.format_version.partition(".")[0] != "1":
        raise _RefusedError(
            f"format_version is {document.format_version or 'none'}: only 1.x can be read",
            "make the document with Terraform 1.0 or later, or OpenTofu; if it is newer, update imdsguard",
        )
    if document.values is not None and document.resource_changes is msgspec.UNSET:
        return _state(read_state(document.values.root_module, place, wanted), place)
    if not _holds_anything(document):
        raise _RefusedError(NOTHING, f"{SHOW_PLAN}; for what is deployed, {SHOW_STATE}")
    from imdsguard.terraform.documents.plan import read_plan

    resources, problems, plan = read_plan(document, place, wanted)
    return Root(place.file, resources, (place.file,), plan), problems


def _holds_anything(document: Document) -> bool:
    """Whether it is more than what `terraform show -json` prints where there is no state: its format's version."""
    parts = (document.planned_values, document.resource_changes, document.configuration, document.values)
    return any(part is not msgspec.UNSET and part is not None for part in (*parts, document.prior_state))


def _state(found: Resources, place: Place) -> tuple[Root, tuple[Problem, ...]]:
    resources, problems = found
    return Root(place.file, resources, (place.file,), deployed=True), problems


def _nothing(label: str, problem: Problem) -> tuple[Root, tuple[Problem, ...]]:
    return Root(label, (), (label,)), (problem,)
