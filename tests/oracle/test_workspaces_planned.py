"""Real plans in several workspaces: each is what source says of it, and among the answers where nobody names one."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.oracle.comparing import differences, estate_of_plan
from tests.oracle.conftest import Planner, RefusedError
from tests.workspaces import WORKSPACES, configurations, contradictions, estate_in, rules, write

NUMBER = int(os.environ.get("IMDSGUARD_GENERATED", "200")) // 10
PROVIDER = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
"""


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.xdist_group("oracle")
def test_the_plan_of_each_workspace_is_what_source_says(oracle: Planner, tmp_path: Path) -> None:
    asked, tally = rules(), Counter[str]()

    @seed(1)
    @settings(
        max_examples=NUMBER, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    @given(configurations())
    def agree(files: dict[str, str]) -> None:
        folder = tmp_path / "code"
        shutil.rmtree(folder, ignore_errors=True)
        write({**files, "versions.tf": PROVIDER}, folder)
        written = "\n".join(f"# {name}\n{text}" for name, text in files.items())
        unsure, _ = estate_in(folder, None)
        for workspace in WORKSPACES:
            exact, refused = estate_in(folder, workspace)
            try:
                planned = estate_of_plan(oracle.plan(folder, workspace=workspace))
            except RefusedError as error:
                tally["refused by Terraform"] += 1
                assert refused, f"{error}\n{written}"
                continue
            tally["compared"] += 1
            found = [str(each) for each in differences(exact, planned)] + list(contradictions(planned, unsure, asked))
            assert not found, "\n".join([f"in {workspace}:", *found, written])

    agree()
    assert tally["compared"] > tally["refused by Terraform"], tally
