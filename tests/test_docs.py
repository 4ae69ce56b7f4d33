"""The pages say what the code says: generated text is fresh, links lead somewhere, examples do what they claim."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from docs import generate
from tests.conftest import Command

HOUSE = Path(__file__).resolve().parent.parent
PAGES = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")])
RULES = generate.rule_files()


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {title!r}"
    return found.group(1)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_generated_pages_are_fresh() -> None:
    stale = [
        page.relative_to(HOUSE).as_posix()
        for page, text in generate.pages().items()
        if not page.exists() or page.read_text(encoding="utf-8") != text
    ]
    assert stale + generate.stale_rule_pages() == [], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOUSE).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("https://", "http://")):
            continue
        target, _, anchor = link.partition("#")
        there = (page.parent / target).resolve() if target else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(link)
    assert broken == []


def test_the_map_names_every_room() -> None:
    """A newcomer looks for a place on the map in CONTRIBUTING.md: what is not on it is not found."""
    plan = fences(section((HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8"), "The house"), "")[0]
    rooms = {
        path.name
        for path in [*(HOUSE / "src/imdsguard").glob("*/"), *(HOUSE / "src/imdsguard").glob("*/*/")]
        if (path / "__init__.py").is_file() and path.name != "faults"
    }
    assert {room for room in rooms if f" {room}/ " not in plan} == set()
    named = re.findall(r"^ {4}(\w+\.py) ", plan, flags=re.MULTILINE)
    assert [name for name in named if not list((HOUSE / "src/imdsguard").glob(f"*/{name}"))] == []


def test_the_sample_of_expected_output_is_one() -> None:
    text = section((HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8"), "Add a rule")
    (sample,) = re.findall(r"^ {3}```text\n(.*?)^ {3}```", text, flags=re.MULTILINE | re.DOTALL)
    expected = HOUSE / "tests/fixtures/instance-tokens-optional/found/each_instance_on_its_own/expected.txt"
    assert re.sub(r"^ {3}", "", sample, flags=re.MULTILINE) == expected.read_text(encoding="utf-8")


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## Unreleased\n" in (HOUSE / "CHANGELOG.md").read_text(encoding="utf-8")


OF_CHANGES = ("switch-without-readiness", "tokens-requirement-removed")
"""Their examples are the code before and after a plan (tests/checks/test_rules.py)."""


def found_rules(imdsguard: Command, folder: Path) -> set[str]:
    # The policy in which every rule is on.
    done = imdsguard("scan", ".", "--policy", "observe", "--format", "json", cwd=folder)
    report = json.loads(done.stdout)
    assert report["problems"] == [], done.stdout
    return {finding["rule"] for finding in report["findings"] if finding["verdict"] == "fail"}


@pytest.mark.parametrize(
    "path", [path for path in RULES if generate.rule_id(path) not in OF_CHANGES], ids=generate.rule_id
)
def test_what_a_rule_calls_wrong_is_found_and_what_it_calls_right_is_not(
    path: Path, imdsguard: Command, tmp_path: Path
) -> None:
    page = generate.load(path).__doc__ or ""
    for title, expected in (("Wrong", True), ("Right", False)):
        examples = fences(section(page, title), "terraform")
        assert examples, f"{title} has no example"
        for number, example in enumerate(examples):
            folder = tmp_path / f"{title}{number}"
            folder.mkdir()
            (folder / "main.tf").write_text(example, encoding="utf-8")
            assert (generate.rule_id(path) in found_rules(imdsguard, folder)) is expected, example


def test_every_policy_in_the_docs_is_accepted(imdsguard: Command, tmp_path: Path) -> None:
    policies = [
        text for page in PAGES for text in fences(page.read_text(encoding="utf-8"), "yaml") if "version: 1" in text
    ]
    assert policies
    for number, policy in enumerate(policies):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / ".imdsguard.yaml").write_text(policy, encoding="utf-8")
        (folder / "main.tf").write_text("locals {}\n", encoding="utf-8")
        done = imdsguard("scan", ".", "--policy", ".imdsguard.yaml", cwd=folder)
        assert done.returncode in (0, 1), f"{policy}\n{done.stdout}{done.stderr}"


def test_a_wrong_policy_is_refused_in_the_words_of_the_docs(imdsguard: Command, tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text("version: 1\nfail_on: eror\n", encoding="utf-8")
    done = imdsguard("rules", "--policy", "team.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr in (HOUSE / "docs" / "policy.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["scan", "inspect"])
def test_the_json_has_the_keys_that_the_docs_list(command: str, imdsguard: Command) -> None:
    prod = "legacy-web/environments/prod.tfvars"
    done = imdsguard(command, "legacy-web", "--var-file", prod, "--format", "json", cwd=HOUSE / "examples")
    report = json.loads(done.stdout)
    text = section((HOUSE / "docs" / "json.md").read_text(encoding="utf-8"), command)
    assert f'"schema": "{report["schema"]}"' in text
    tables = re.split(r"^### (.*)$", text, flags=re.MULTILINE)[1:]
    assert len(tables) >= 6
    for path, table in zip(tables[::2], tables[1::2], strict=True):
        cells = re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)
        documented = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
        found = report
        for step in path.split("."):
            found = found[step.removesuffix("[]")]
            if step.endswith("[]"):
                found = next(iter(found), None)
            if found is None:
                break
        if found is not None:
            assert documented == found.keys(), path
