"""Real Terraform plans what a fix says that it changes, and nothing else: fixtures and the two examples."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imdsguard import Inputs
from tests.fix.fixing import fixes_of, write
from tests.oracle.conftest import Planner, RefusedError

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = [
    (folder, f"environments/{name}.tfvars")
    for folder in (REPOSITORY / "examples/legacy-web", REPOSITORY / "examples/hardened-web")
    for name in ("dev", "prod")
]
CHANGES = {
    "instance-tokens-optional": {"metadata_options", "http_tokens"},
    "launch-template-tokens-optional": {"metadata_options", "launch_template_data"},
    "hop-limit-too-high": {"metadata_options", "instance_metadata_options", "launch_template_data"},
    "setting-never-sent": {"metadata_options"},
    "launch-template-version-stale": {
        "launch_template", "mixed_instances_policy", "instance_refresh", "launch_template_config",
        "compute_resources",
    },
    "imds-alarm-ineffective": {
        "threshold", "evaluation_periods", "datapoints_to_alarm", "treat_missing_data", "comparison_operator",
        "statistic", "extended_statistic", "period", "namespace", "metric_name", "unit", "actions_enabled",
        "alarm_actions", "metric_query", "insufficient_data_actions",
    },
    "user-data-tokenless-call": {"user_data", "user_data_base64", "rendered", "template", "content"},
}  # fmt: skip
TOKENS = ("instance-tokens-optional", "launch-template-tokens-optional")
FIXTURES = sorted({path.parent for path in (REPOSITORY / "tests/fixtures").rglob("*.tf")})

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("oracle")]


def resources(module: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in module.get("resources", ()):
        yield each["address"], each["values"]
    for child in module.get("child_modules", ()):
        yield from resources(child)


def planned(document: bytes) -> dict[str, dict[str, Any]]:
    return dict(resources(json.loads(document)["planned_values"].get("root_module", {})))


def check(oracle: Planner, code: Path, monkeypatch: pytest.MonkeyPatch, *var_files: str) -> None:
    monkeypatch.chdir(code)
    fixes = fixes_of(*CHANGES, inputs=Inputs(var_files=var_files), policy="strict")
    if not fixes.offered:
        return
    before = planned(oracle.plan(code, *var_files))
    write(code, dict(fixes.after))
    after = planned(oracle.plan(code, *var_files))
    assert before.keys() == after.keys()
    changed = {
        (address, name)
        for address, values in before.items()
        for name in values.keys() | after[address].keys()
        if values.get(name) != after[address].get(name)
    }
    allowed = set().union(*(CHANGES[finding.rule] for fix in fixes.offered for finding in fix.findings))
    assert {name for _, name in changed} <= allowed
    if any(fix.rule in TOKENS for fix in fixes.offered):  # what others change may be known after apply only
        assert changed


@pytest.mark.parametrize(("example", "environment"), EXAMPLES, ids=lambda value: getattr(value, "name", value))
def test_an_example(
    oracle: Planner, folder: Path, example: Path, environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(example, folder / "code")
    check(oracle, folder / "code", monkeypatch, environment)


@pytest.mark.parametrize(
    "original", FIXTURES, ids=lambda path: path.relative_to(REPOSITORY / "tests/fixtures").as_posix()
)
def test_a_fixture(oracle: Planner, folder: Path, original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(original, folder / "code")
    try:
        check(oracle, folder / "code", monkeypatch)
    except RefusedError as refused:
        pytest.skip(f"Terraform plans no such code: {refused}")
