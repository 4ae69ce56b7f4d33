"""Decode a plan or a state, and say what to do where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.terraform.documents.schema import Document
from imdsguard.terraform.documents.sniff import Form, form_of, without_mark
from imdsguard.terraform.root import Root

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource

SHOW_PLAN = "run `terraform show -json PLANFILE > plan.json` and check that"
REMEDIES = {
    Form.BINARY: ("this is Terraform's binary plan, not its JSON", SHOW_PLAN),
    Form.LOG: (
        "this is the log of `terraform plan -json`, which does not hold the plan",
        "run `terraform plan -out PLANFILE`, then `terraform show -json PLANFILE > plan.json` and check that",
    ),
    Form.STATE_FILE: (
        "this is Terraform's own state file, whose form is not a public contract",
        "run `terraform show -json terraform.tfstate > state.json` and check that",
    ),
    Form.WRAPPED: (
        "a wrapper has put its own line before Terraform's JSON",
        "call the terraform binary itself (for GitHub's setup-terraform: `terraform_wrapper: false`)",
    ),
}
_DECODER = msgspec.json.Decoder(Document)


def read(label: str, data: bytes, wanted: frozenset[str]) -> tuple[Root, tuple[Problem, ...]]:
    """Read a document; see `read_document`."""
    from imdsguard.terraform.documents.plan import read_plan
    from imdsguard.terraform.documents.state import read_state

    place = Place(label)
    form = form_of(data)
    if form in REMEDIES:
        return _nothing(label, Problem(REMEDIES[form][0], place, REMEDIES[form][1]))
    try:
        document = _DECODER.decode(without_mark(data))
    except msgspec.ValidationError as error:
        return _nothing(label, Problem(f"this is not what `terraform show -json` prints: {error}", place, SHOW_PLAN))
    except msgspec.DecodeError as error:
        cut = "truncated" in str(error) or not without_mark(data).rstrip().endswith(b"}")
        what = "the document is cut off" if cut else f"the document is not JSON: {error}"
        return _nothing(label, Problem(what, place, f"write it again, then {SHOW_PLAN.removeprefix('run ')}"))
    except UnicodeDecodeError:
        return _nothing(label, Problem("the document is not UTF-8", place, f"write it again: {SHOW_PLAN}"))
    except RecursionError:
        return _nothing(label, Problem("the document is nested too deeply to be Terraform's", place, SHOW_PLAN))
    if document.format_version.partition(".")[0] != "1":
        version = document.format_version or "none"
        return _nothing(
            label,
            Problem(
                f"format_version is {version}: only 1.x can be read",
                place,
                "make the document with Terraform 1.0 or later, or OpenTofu; if it is newer, update imdsguard",
            ),
        )
    is_state = document.values is not None and document.resource_changes is msgspec.UNSET
    resources: tuple[Resource, ...]
    resources, problems = read_state(document, place, wanted) if is_state else read_plan(document, place, wanted)
    return Root(label, resources, (label,)), problems


def _nothing(label: str, problem: Problem) -> tuple[Root, tuple[Problem, ...]]:
    return Root(label, (), (label,)), (problem,)
