"""The same verdict from source and from real Terraform's plan: examples, and the fixtures of rules and of plans."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.oracle.comparing import differences, estate_of_plan, estate_of_source
from tests.oracle.conftest import Planner, RefusedError

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in (REPOSITORY / "examples").glob("*/versions.tf"))
ENVIRONMENTS = [(folder, file.name) for folder in EXAMPLES for file in sorted(folder.glob("environments/*.tfvars"))]
FIXTURES = sorted({path.parent for path in (REPOSITORY / "tests" / "fixtures").rglob("*.tf")})
HIDDEN_BY_PLANS = {
    "dimension_misspelt": "a plan hides the keys of a map with an unknown value: InstanceId is taken for granted",
    "query_where_the_instance_is_named": "a plan hides the text around an id known after apply: which query it is",
}
ONLY_IN_PLANS = {
    "image_of_another_family": "a plan shows the imds_support of the image that was found, the source only its filters",
}
PLANNED_WITH_TODAYS_PROVIDER = {
    "old_provider_drops_a_template_s_options": "Terraform plans it here with a provider that no longer drops them",
}
PLANNED = sorted(path.parent for path in (REPOSITORY / "tests/terraform/documents/fixtures").glob("*/main.tf"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("oracle")]


def name_of(folder: Path) -> str:
    return folder.relative_to(REPOSITORY).as_posix()


def compare(oracle: Planner, folder: Path, *var_files: str) -> None:
    found = differences(estate_of_source(folder, *var_files), estate_of_plan(oracle.plan(folder, *var_files)))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize(("example", "environment"), ENVIRONMENTS)
def test_source_and_plan_agree_on_an_example(oracle: Planner, folder: Path, example: Path, environment: str) -> None:
    shutil.copytree(example, folder / "code")
    compare(oracle, folder / "code", f"environments/{environment}")


def test_the_examples_are_compared() -> None:
    assert len(ENVIRONMENTS) >= 4


@pytest.mark.parametrize("original", PLANNED, ids=name_of)
def test_source_and_plan_agree(oracle: Planner, folder: Path, original: Path) -> None:
    shutil.copytree(original, folder / "code")
    compare(oracle, folder / "code")


def rule_cases() -> list[object]:
    """The fixtures; those of which a plan shows less, or more, or something else than the source, differ."""
    differing = HIDDEN_BY_PLANS | ONLY_IN_PLANS | PLANNED_WITH_TODAYS_PROVIDER
    return [
        pytest.param(folder, id=name_of(folder), marks=[pytest.mark.xfail(reason=differing[folder.name])])
        if folder.name in differing
        else pytest.param(folder, id=name_of(folder))
        for folder in FIXTURES
    ]


@pytest.mark.parametrize("original", rule_cases())
def test_source_and_plan_agree_on_a_rules_fixture(oracle: Planner, folder: Path, original: Path) -> None:
    shutil.copytree(original, folder / "code")
    try:
        compare(oracle, folder / "code")
    except RefusedError as refused:
        pytest.skip(f"Terraform plans no such code: {refused}")
