"""legacy-web, fixed as far as it goes, launches what hardened-web launches."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from imdsguard import Inputs, read
from tests.conftest import REPOSITORY
from tests.fix.fixing import fixes_of, write


def states(folder: Path, monkeypatch: pytest.MonkeyPatch, environment: str) -> dict[str, str]:
    monkeypatch.chdir(folder)
    found = read(["."], Inputs(var_files=(f"environments/{environment}.tfvars",)))
    return {launch.address: launch.state.value for launch in found.estate.launches}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_legacy_web_becomes_hardened_web(environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what no edit can tell: the launch template that a vendor hands out."""
    shutil.copytree(REPOSITORY / "examples" / "legacy-web", tmp_path / "legacy")
    monkeypatch.chdir(tmp_path / "legacy")
    inputs = Inputs(var_files=(f"environments/{environment}.tfvars",))
    for _ in range(3):  # where edits touch each other, the second comes after the first
        fixes = fixes_of(inputs=inputs)
        write(tmp_path / "legacy", dict(fixes.after))
    assert fixes.offered == ()
    fixed = states(tmp_path / "legacy", monkeypatch, environment)
    hardened = states(REPOSITORY / "examples" / "hardened-web", monkeypatch, environment)
    same = fixed.keys() & hardened.keys() - {"aws_instance.tax"}
    assert same
    assert {address: fixed[address] for address in same} == {address: hardened[address] for address in same}
    assert {state for address, state in fixed.items() if address != "aws_instance.tax"} == {"required"}
