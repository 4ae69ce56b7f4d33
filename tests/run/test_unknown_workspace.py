"""What is said of a workspace that nobody has named is what is so in all of them, or that it cannot be told."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.workspaces import WORKSPACES, configurations, contradictions, estate_in, rules, write


@pytest.mark.parametrize("number", [25, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_each_workspace_is_among_the_answers_of_a_run_that_knows_none(tmp_path: Path, number: int) -> None:
    asked, tally = rules(), Counter[str]()

    @seed(number)
    @settings(
        max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    @given(configurations())
    def contained(files: dict[str, str]) -> None:
        folder = tmp_path / "code"
        shutil.rmtree(folder, ignore_errors=True)
        write(files, folder)
        unsure, problems = estate_in(folder, None)
        written = "\n".join(f"# {name}\n{text}" for name, text in files.items())
        assert problems == (), written
        tally.update(f"said to be {launch.state.value}" for launch in unsure.launches)
        for workspace in WORKSPACES:
            exact, refused = estate_in(folder, workspace)
            tally["refused" if refused else "compared"] += 1
            found = [] if refused else list(contradictions(exact, unsure, asked))
            assert not found, "\n".join([f"in {workspace}:", *found, written])

    contained()
    # Unknown all along would hold as well: what the workspace does not decide is told all the same.
    assert tally["compared"] > tally["refused"]
    assert 3 * (tally["said to be required"] + tally["said to be optional"]) > tally["said to be unknown"], tally
