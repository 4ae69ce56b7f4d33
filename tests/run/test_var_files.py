"""A file of variables that is given as a path leads to the root module that it belongs to, and is given to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import prepare, scan
from imdsguard.model.unseen import UnseenKind
from imdsguard.run.config import ScanOptions

TOKENS = 'variable "tokens" { default = "required" }\n'
WEB = """\
resource "aws_instance" "web" {
  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = var.tokens
  }
}
"""
ONLY = "version: 1\nselect: {rules: instance-tokens-optional}\n"
OPTIONAL = 'tokens = "optional"\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(".git/HEAD", "")
    put(".imdsguard.yaml", ONLY)


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def found(*paths: str) -> list[tuple[str, tuple[str, ...]]]:
    report = scan(paths)
    assert report.problems == ()
    return [(each.root, each.environments) for each in report.findings]


@pytest.mark.parametrize(
    ("files", "given", "expected"),
    [
        ({"main.tf": TOKENS + WEB, "terraform.tfvars": OPTIONAL}, ["terraform.tfvars"], [(".", ())]),
        ({"main.tf": TOKENS + WEB, "x.auto.tfvars": OPTIONAL}, ["x.auto.tfvars"], [(".", ())]),
        (
            {"main.tf": TOKENS + WEB, "environments/prod.tfvars": OPTIONAL},
            ["environments/prod.tfvars"],
            [(".", ("environments/prod.tfvars",))],
        ),
        (
            {"main.tf": TOKENS + WEB, "env/dev.tfvars": 'tokens = "required"\n', "env/prod.tfvars": OPTIONAL},
            ["env/dev.tfvars", "env/prod.tfvars"],
            [(".", ("env/prod.tfvars",))],
        ),
        (
            {"a/main.tf": WEB + TOKENS, "b/main.tf": WEB, "b/v.tf": TOKENS, "b/p.tfvars": OPTIONAL},
            ["b/p.tfvars"],
            [("b", ("b/p.tfvars",))],
        ),
        (
            {"stack/main.tf": TOKENS + WEB, "other/main.tf": "locals {}\n", "values/prod.tfvars": OPTIONAL},
            ["values/prod.tfvars"],
            [("stack", ("values/prod.tfvars",))],
        ),
        (
            {"main.tf": TOKENS + WEB, "prod.tfvars.json": '{"tokens": "optional"}'},
            ["prod.tfvars.json"],
            [(".", ("prod.tfvars.json",))],
        ),
    ],
)  # fmt: skip
def test_it_is_judged_with_its_root_module(
    files: dict[str, str], given: list[str], expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    for path, text in files.items():
        put(path, text)
    assert found(*given) == expected


def test_one_that_an_environment_loads_stands_for_that_environment() -> None:
    put("main.tf", TOKENS + WEB)
    put("environments/dev.tfvars", OPTIONAL)
    put("environments/prod.tfvars", OPTIONAL)
    put(
        ".imdsguard.yaml",
        ONLY + "stacks:\n  - roots: ['.']\n    environments:\n"
        "      dev: {var_files: [environments/dev.tfvars]}\n      prod: {var_files: [environments/prod.tfvars]}\n",
    )
    assert found("environments/prod.tfvars") == [(".", ("prod",))]
    assert found("environments/prod.tfvars", "main.tf") == [(".", ("dev",)), (".", ("prod",))]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"a/main.tf": TOKENS + WEB, "b/main.tf": TOKENS + WEB},
            "several root modules declare what this file gives: a, b",
        ),
        (
            {"a/main.tf": WEB.replace("var.tokens", '"required"')},
            "no root module declares all that this file gives: tokens",
        ),
    ],
)
def test_one_that_belongs_to_several_or_none_is_a_problem(files: dict[str, str], problem: str) -> None:
    for path, text in files.items():
        put(path, text)
    put("values/prod.tfvars", OPTIONAL)
    (told,) = scan(("values/prod.tfvars",)).problems
    assert (str(told.place), told.message) == ("values/prod.tfvars", problem)


def test_one_that_leads_out_of_the_repository_is_not_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.tfvars"
    outside.write_text(OPTIONAL)
    put("main.tf", TOKENS + WEB)
    Path("prod.tfvars").symlink_to(outside)
    report = scan(("prod.tfvars",))
    assert [problem.message for problem in report.problems] == [
        "this file lies outside of the repository, where nothing is read"
    ]
    assert report.findings == ()


def test_a_baseline_of_the_repository_knows_it() -> None:
    put("main.tf", TOKENS.replace("required", "optional") + WEB)
    put("prod.tfvars", OPTIONAL)
    scan((), None, prepare(None, ScanOptions(write_baseline="known.json")))
    report = scan(("prod.tfvars",), None, prepare(None, ScanOptions(baseline="known.json")))
    assert [each.suppressed is not None for each in report.findings] == [True]
    put("prod.tfvars", 'tokens = "required"\n')
    report = scan(("prod.tfvars",), None, prepare(None, ScanOptions(baseline="known.json")))
    assert (report.findings, report.notes) == ((), ())


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"environments/prod.tfvars": OPTIONAL + 'owner = "a"\n'}, [(".", "environments/prod.tfvars", "tokens")]),
        ({"environments/prod.tfvars": 'owner = "a"\n'}, []),
        ({"terraform.tfvars": 'tokens = "required"\n'}, []),
    ],
)
def test_one_beside_a_root_module_that_sets_what_decides_is_told(
    files: dict[str, str], said: list[tuple[str, str, str]]
) -> None:
    put("main.tf", TOKENS + WEB + 'variable "owner" { default = "b" }\n')
    for path, text in files.items():
        put(path, text)
    told = [each for each in scan().unseen if each.kind is UnseenKind.VAR_FILE]
    assert [(each.root, each.subject, each.detail) for each in told] == said


def test_one_that_would_make_what_is_not_made_is_told_and_not_where_an_environment_loads_it() -> None:
    put("main.tf", 'variable "hosts" { default = {} }\nresource "aws_instance" "h" {\n  for_each = var.hosts\n}\n')
    put("prod.tfvars", "hosts = { a = 1 }\n")
    assert [(each.subject, each.detail) for each in scan().unseen if each.kind is UnseenKind.VAR_FILE] == [
        ("prod.tfvars", "hosts")
    ]
    put(".imdsguard.yaml", ONLY + "stacks: [{roots: ['.'], environments: {prod: {var_files: [prod.tfvars]}}}]\n")
    assert [each for each in scan().unseen if each.kind is UnseenKind.VAR_FILE] == []
