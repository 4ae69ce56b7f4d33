"""Why there is no launch: an empty answer says why it is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import Inputs, read
from imdsguard.model.unseen import NoLaunch, UnseenKind
from imdsguard.report.report import Report
from imdsguard.report.text import summary_line
from imdsguard.report.unseen import unseen_text

BUCKET = 'resource "aws_s3_bucket" "b" {}\n'
UNMADE = 'resource "aws_instance" "web" {\n  count = 0\n}\n'
MISSING = 'module "web" {\n  source = "acme/web/aws"\n}\n'
ALARM = 'resource "aws_cloudwatch_metric_alarm" "a" {\n  count = 0\n}\n'


NONE_MADE = "all blocks that would launch instances make none"


@pytest.mark.parametrize(
    ("code", "reasons", "summary"),
    [
        ('resource "null_resource" "n" {}\n', ["no_aws_code"], "0 launches (there is no AWS code); no findings"),
        (BUCKET, ["no_launch_blocks"], "0 launches (no block launches EC2 instances); no findings"),
        (ALARM, ["no_launch_blocks"], "0 launches (no block launches EC2 instances); no findings"),
        (BUCKET + UNMADE, ["not_made"], f"0 launches ({NONE_MADE}); no findings"),
        (MISSING, ["modules_missing"], "0 launches (modules are not downloaded); no findings"),
        (
            MISSING.replace("}", "  count = 0\n}"),
            ["modules_missing"],
            "0 launches (modules are not downloaded); no findings",
        ),
        (
            MISSING + ALARM + UNMADE,
            ["modules_missing", "not_made"],
            f"0 launches (modules are not downloaded, and {NONE_MADE}); no findings",
        ),
    ],
)
def test_it_says_why_there_is_none(tmp_path: Path, code: str, reasons: list[str], summary: str) -> None:
    (tmp_path / "main.tf").write_text(code)
    found = read((), Inputs(working_directory=str(tmp_path)))
    assert [reason.value for reason in found.no_launch] == reasons
    assert summary_line(Report(found.estate, no_launch=found.no_launch)) == summary


def test_it_says_nothing_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(UNMADE + 'resource "aws_instance" "api" {}\n')
    found = read((), Inputs(working_directory=str(tmp_path)))
    assert found.no_launch == ()
    assert [block.address for block in found.not_made] == ["aws_instance.web"], "and what is not made is told"
    assert [each.kind for each in found.unseen] == [UnseenKind.NOT_MADE]


def test_every_reason_has_its_words_and_its_row() -> None:
    from imdsguard.report.why_none import WORDS

    assert set(WORDS) == set(NoLaunch)
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    assert all(f"`{reason.value}`" in page for reason in NoLaunch)


def test_a_block_that_another_call_of_its_module_makes_was_looked_at(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text('variable "n" {}\nresource "aws_instance" "web" {\n  count = var.n\n}\n')
    calls = [f'module "{name}" {{\n  source = "./m"\n  n      = {n}\n}}\n' for name, n in (("a", 0), ("b", 1))]
    (tmp_path / "main.tf").write_text("".join(calls))
    found = read((), Inputs(working_directory=str(tmp_path)))
    assert [block.address for block in found.not_made] == ["module.a.aws_instance.web"]
    assert found.unseen == ()


def test_what_is_so_in_several_environments_is_told_once() -> None:
    import json

    from imdsguard import Estate, Place
    from imdsguard.model.not_made import EmptyBy, NotMade
    from imdsguard.report.estate import estate_text
    from imdsguard.report.json import inspect_json

    blocks = [
        NotMade("aws_instance.web", "aws_instance", Place("main.tf", 1), ".", EmptyBy.COUNT, environment=name)
        for name in ("dev", "test")
    ]
    (told,) = json.loads(inspect_json(Estate(), (), (), tuple(blocks)))["not_made"]
    assert (told["address"], told["environments"]) == ("aws_instance.web", ["dev", "test"])
    text = estate_text(Estate(), not_made=blocks)
    assert text.splitlines()[1:] == ["aws_instance.web is not made: count is 0 (in dev, test)"]


VPC = 'module "vpc" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "5.0.0"\n  count   = 0\n}\n'
WRAPPED = 'module "wrap" {\n  source = "./wrap"\n  count  = 0\n}\n'
WRAPPED_CALLS = (
    "module acme/web/aws is not downloaded; 2 calls make none of it with the values at hand: "
    "wrap/main.tf:1, wrap/main.tf:4"
)
BESIDE = 'module "beside" {\n  source = "acme/web/aws"\n}\n'


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        (
            {"main.tf": 'module "web" {\n  source = "acme/web/aws"\n  count  = 0\n}\n'},
            ["module acme/web/aws is not downloaded; 1 call makes none of it with the values at hand: main.tf:1"],
        ),
        (
            {"main.tf": WRAPPED, "wrap/main.tf": MISSING + BESIDE},
            [WRAPPED_CALLS],
        ),
        ({"main.tf": WRAPPED, "wrap/main.tf": VPC + 'module "x" {\n  source = var.x\n}\n'}, []),
        ({"main.tf": VPC}, []),  # known never to launch anything
    ],
)
def test_a_module_that_is_not_there_and_not_made_is_told(
    tmp_path: Path, files: dict[str, str], lines: list[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = read((), Inputs(working_directory=str(tmp_path)))
    assert found.problems == ()
    way_out = "(run terraform init, or scan with --get)"
    assert unseen_text(found.unseen) == "".join(
        ["not looked at:\n", *(f"  {line} {way_out}\n" for line in lines)] if lines else []
    )


def test_a_launch_beside_a_module_that_is_not_made_is_watched_as_ever(tmp_path: Path) -> None:
    """An id that goes into a module of which nothing is made goes nowhere."""
    handed = MISSING.replace("}", "  ids = [aws_instance.api.id]\n  count = 0\n}")
    required = 'resource "aws_instance" "api" {\n  metadata_options {\n    http_tokens = "required"\n  }\n}\n'
    (tmp_path / "main.tf").write_text(required + handed)
    (launch,) = read((), Inputs(working_directory=str(tmp_path))).estate.launches
    assert launch.coverage.covered is False
