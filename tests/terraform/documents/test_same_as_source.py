"""A plan says what its source code says, as far as a plan can."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.aws.types.registry import supported_types
from imdsguard.terraform.documents import read_document
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read
from tests.oracle.comparing import differences, estate_of_plan, estate_of_source

FIXTURES = Path(__file__).parent / "fixtures"
FOLDERS = ["references", "nothing-set", "regions"]


@pytest.mark.parametrize("name", FOLDERS)
def test_the_same_resources(name: str) -> None:
    (root,) = (root for root in read([str(FIXTURES / name)], Inputs(), supported_types()).roots if root.resources)
    document, _ = read_document("plan.json", (FIXTURES / name / "plan.json").read_bytes(), supported_types())

    def known(resources: tuple[object, ...]) -> set[tuple[object, ...]]:
        names = ("address", "type", "name", "module", "key", "data")
        return {tuple(getattr(resource, each) for each in names) for resource in resources}

    assert known(document.resources) == known(root.resources)


@pytest.mark.parametrize("name", FOLDERS)
def test_the_same_verdicts(name: str) -> None:
    source = estate_of_source(FIXTURES / name)
    planned = estate_of_plan((FIXTURES / name / "plan.json").read_bytes())
    assert [str(difference) for difference in differences(source, planned)] == []
