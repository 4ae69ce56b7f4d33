"""The guide's truth table, row by row, from Terraform source and from Terraform's own plan of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import Estate, Launch
from tests.aws.truth_table.make import source
from tests.aws.truth_table.rows import ROWS, Row
from tests.checks.cases import estate_of

FOLDER = Path(__file__).resolve().parent / "truth_table"


@pytest.fixture(scope="module", params=["main.tf", "plan.json"])
def found(request: pytest.FixtureRequest) -> dict[str, Launch]:
    """Every launch by its address, read one way."""
    path = FOLDER if request.param == "main.tf" else FOLDER / request.param
    estate: Estate = estate_of(str(path))
    return {launch.address: launch for launch in estate.launches}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("kind", ["aws_instance", "aws_launch_template", "aws_autoscaling_group"])
def test_a_row_of_the_table(found: dict[str, Launch], kind: str, row: Row) -> None:
    launch = found[f"{kind}.{row.name}"]
    option = launch.options[row.option]
    source = row.source if kind == "aws_instance" or row.source != "launch" else "launch_template"
    assert (option.effective, option.source.value) == (row.effective, source)
    if row.option == "http_tokens":
        assert launch.state.value == row.effective


def test_the_configuration_holds_every_row(found: dict[str, Launch]) -> None:
    assert len(found) == 3 * len(ROWS)
    assert (FOLDER / "main.tf").read_text(encoding="utf-8") == source(), "write it anew with truth_table/make.py"
