"""Whose a launch is, in `inspect`'s JSON: the account by the name that people call it by, and the tags."""

from __future__ import annotations

import json

import pytest

from imdsguard.report.json import inspect_json
from imdsguard.run.config import assumptions_of
from imdsguard.run.reading import read

VARIABLES = 'variable "secret" {\n  sensitive = true\n  default = "s3cret"\n}\nvariable "team" {}\n'
WEB = 'resource "aws_instance" "web" {\n  %s\n}\n'
ROLE = 'assume_role {\n    role_arn = "arn:aws:iam::%s"\n  }'


def launches(tmp_path, monkeypatch, files):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    reading = read(assumptions=assumptions_of())
    return json.loads(inspect_json(reading.estate, reading.problems))["launches"]


@pytest.mark.parametrize(
    ("provider", "account"),
    [
        ("", None),
        ('allowed_account_ids = ["111111111111"]', "111111111111"),
        (ROLE % "222222222222:role/ci", "222222222222"),
        (ROLE % "legacy:role/ci", "arn:aws:iam::legacy:role/ci"),
        (f"{ROLE % 'one:role/ci'}\n  {ROLE % 'two:role/ci'}", "arn:aws:iam::two:role/ci"),
        ('profile = "payments"', "payments"),
        ('profile = "payments"\n  token = var.team', None),
        ('access_key = "AKIAEXAMPLE"', None),
    ],
)
def test_the_account_is_named_as_people_name_it(tmp_path, monkeypatch, provider, account):
    files = {"main.tf": f'provider "aws" {{\n  {provider}\n}}\n' + VARIABLES + WEB % ""}
    assert [each["account"] for each in launches(tmp_path, monkeypatch, files)] == [account]


def test_the_policys_name_of_an_account_counts_first(tmp_path, monkeypatch):
    policy = "version: 1\nestates:\n  shop:\n    roots: [web]\n    account: shop-production\n"
    provider = 'provider "aws" {\n  allowed_account_ids = ["111111111111"]\n}\n'
    files = {".imdsguard.yaml": policy, "web/main.tf": provider + WEB % ""}
    assert [each["account"] for each in launches(tmp_path, monkeypatch, files)] == ["shop-production"]


@pytest.mark.parametrize(
    ("arguments", "tags"),
    [
        ("", {"Owner": "us"}),
        ('tags = { Team = "web", Owner = "them" }', {"Owner": "them", "Team": "web"}),
        ("tags = { Team = var.team }", {"Owner": "us", "Team": None}),
        ("tags = { Team = var.secret }", {"Owner": "us", "Team": "(sensitive)"}),
        ("tags = { Cost = 12, Spot = true }", {"Cost": "12", "Owner": "us", "Spot": "true"}),
    ],
)
def test_tags_are_those_that_are_written_and_those_of_the_provider(tmp_path, monkeypatch, arguments, tags):
    provider = 'provider "aws" {\n  default_tags {\n    tags = { Owner = "us" }\n  }\n}\n'
    files = {"main.tf": provider + VARIABLES + WEB % arguments}
    assert [each["tags"] for each in launches(tmp_path, monkeypatch, files)] == [tags]


def test_what_starts_instances_has_their_tags_and_its_own_first(tmp_path, monkeypatch):
    template = (
        'resource "aws_launch_template" "web" {\n  tag_specifications {\n    resource_type = "instance"\n'
        '    tags = { Team = "template", Tier = "front" }\n  }\n}\n'
    )
    group = (
        'resource "aws_autoscaling_group" "web" {\n  launch_template {\n    id = aws_launch_template.web.id\n  }\n'
        '  tag {\n    key = "Team"\n    value = "group"\n    propagate_at_launch = true\n  }\n}\n'
    )
    found = launches(tmp_path, monkeypatch, {"main.tf": template + group})
    assert {each["kind"]: each["tags"] for each in found} == {
        "launch template": {"Team": "template", "Tier": "front"},
        "autoscaling group": {"Team": "group", "Tier": "front"},
    }
