"""`estates` and `assume` in policies: what they say, and how they are refused."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from imdsguard.model.assumption import AssumedDefault, AssumedImage
from imdsguard.model.environment import Stack
from imdsguard.model.place import Place
from imdsguard.policy.assumptions import Assumptions
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.match import matches_path
from imdsguard.policy.read import find_policy
from tests.policy.test_policy_files import SCHEMA

ESTATES = "version: 1\nestates:\n  prod: {roots: [stacks/prod/*, baseline]}\n  test: {roots: ['stacks/test/**']}\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def estates(found: Assumptions, *roots: str) -> dict[str, str]:
    return {stack.root: shared.estate for stack, shared in found.joined({Stack(root): "" for root in roots}).items()}


def outside(text: str, name: str = "team.yaml") -> Assumptions:
    Path(name).write_text(text)
    return find_policy(name, ".").document.assumptions


def test_root_modules_are_joined_by_globs() -> None:
    roots = ["baseline", "stacks/prod/web", "stacks/prod/web/deep", "stacks/test/a/b", "stacks/test", "other", "."]
    assert estates(outside(ESTATES), *roots) == {
        "baseline": "prod",
        "stacks/prod/web": "prod",
        "stacks/test/a/b": "test",
        "stacks/test": "test",
    }


@pytest.mark.parametrize(
    ("root", "glob", "expected"),
    [
        ("a/b", "a/*", True),
        ("a/b/c", "a/*", False),
        ("a/b/c", "a/**", True),
        ("a/b/c", "**/c", True),
        ("c", "**/c", True),
        ("a/b/c", "a/**/c", True),
        ("a/bc", "a/b?", True),
        ("a/b", "./a/b/", True),
        ("a", "A", False),
        (".", ".", True),
        (".", "*", True),
        ("plans/web.json", "plans/*.json", True),
        ("-", "-", True),
        ("a/" * 200 + "x", "**/a/" * 200 + "y", False),
    ],
)
def test_globs(root: str, glob: str, expected: bool) -> None:
    assert matches_path(root, glob) is expected


def test_in_the_projects_own_policy_globs_count_from_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").mkdir()
    Path(".imdsguard.yaml").write_text(ESTATES)
    Path("stacks/prod/web").mkdir(parents=True)
    monkeypatch.chdir("stacks/prod/web")
    found = find_policy(None, ".").document.assumptions
    assert estates(found, ".", "../api", "../../../baseline", "../../test/x") == {
        ".": "prod",
        "../api": "prod",
        "../../../baseline": "prod",
        "../../test/x": "test",
    }


def test_a_root_module_in_two_estates_is_refused_at_the_second() -> None:
    found = outside("version: 1\nestates:\n  prod: {roots: [stacks/*]}\n  web: {roots: [baseline, '**/web']}\n")
    assert estates(found, "stacks/api") == {"stacks/api": "prod"}
    with pytest.raises(PolicyError) as refused:
        estates(found, "stacks/api", "stacks/web")
    assert str(refused.value) == (
        'team.yaml:4:27: stacks/web is in two estates, "prod" and "web": it can be in one only'
    )


def said(assumed: tuple[AssumedDefault, ...]) -> list[tuple[str | None, str, str]]:
    return [(each.region, each.tokens, str(each.place)) for each in assumed]


def test_what_is_assumed_of_every_region() -> None:
    assert said(outside("version: 1\nassume: {region_default: required}\n").assumed) == [
        (None, "required", "team.yaml:2:26")
    ]


def test_what_is_assumed_of_each_region() -> None:
    text = "version: 1\nassume:\n  region_default:\n    us-east-1: required\n    us-gov-west-1: no-preference\n"
    assert said(outside(text).assumed) == [
        ("us-east-1", "required", "team.yaml:4:16"),
        ("us-gov-west-1", "no-preference", "team.yaml:5:20"),
    ]


def test_the_extending_policy_counts() -> None:
    Path("base.yaml").write_text(
        "version: 1\nassume: {region_default: optional}\nestates:\n  a: {roots: [x]}\n  b: {roots: [y]}\n"
    )
    found = outside("version: 1\nextends: ./base.yaml\nestates:\n  b: {roots: [z]}\n")
    assert estates(found, "x", "y", "z") == {"x": "a", "z": "b"}
    assert said(found.assumed) == [(None, "optional", "./base.yaml:2:26")]
    found = outside("version: 1\nextends: ./base.yaml\nassume: {region_default: {eu-west-1: required}}\n")
    assert said(found.assumed) == [("eu-west-1", "required", "team.yaml:3:38")]


def test_what_is_assumed_of_images() -> None:
    text = """version: 1
assume:
  images:
    - {owner: self, name: golden-*, imds_support: v2.0}
    - {parameter: /company/images/*, imds_support: none}
"""
    assert outside(text).images == (
        AssumedImage("v2.0", Place("team.yaml", 4, 7, 4, 56), owner="self", name="golden-*"),
        AssumedImage("none", Place("team.yaml", 5, 7, 5, 57), parameter="/company/images/*"),
    )
    jsonschema.validate(yaml.safe_load(text), SCHEMA)


def test_of_all_that_is_assumed_the_extending_policy_counts_as_a_whole() -> None:
    image = "images: [{parameter: /golden, imds_support: v2.0}]"
    Path("base.yaml").write_text(f"version: 1\nassume: {{region_default: optional, {image}}}\n")
    found = outside("version: 1\nextends: ./base.yaml\nassume: {region_default: required}\n")
    assert (said(found.assumed), found.images) == ([(None, "required", "team.yaml:3:26")], ())
    found = outside(f"version: 1\nextends: ./base.yaml\nassume: {{{image}}}\n")
    assert (found.assumed, len(found.images)) == ((), 1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("estates: [a]", "2:10: estates must be a mapping, not a list"),
        ("estates: {a: [b]}", "2:14: the estate a must be a mapping, not a list"),
        ("estates: {a: {}}", '2:11: the estate a needs `roots: ["folder/*", ...]`'),
        ("estates: {a: {root: [b]}}", '2:15: an estate has no key "root"; did you mean "roots"?'),
        ("estates: {a: {roots: b}}", '2:22: a: roots must be a list of globs, not "b"'),
        ("estates: {a: {roots: [b, [c]]}}", "2:26: a: a root is a glob on folders, not a list"),
        ("estates: {a: {roots: ['']}}", "2:23: a: a root is a glob on folders, not nothing"),
        ("assume: required", '2:9: assume must be a mapping, not "required"'),
        ("assume: {region_defaults: required}",
         '2:10: assume has no key "region_defaults"; did you mean "region_default"?'),
        ("assume: {region_default: requierd}",
         '2:26: region_default must be required, optional or no-preference, not "requierd"; did you mean "required"?'),
        ("assume: {region_default: [required]}",
         "2:26: region_default must be required, optional or no-preference, not a list"),
        ("assume: {region_default: {us-east: required}}",
         '2:27: region_default: "us-east" is not the name of a Region'),
        ("assume: {region_default: {us-east-1: yes}}",
         '2:38: region_default of us-east-1 must be required, optional or no-preference, not "yes"'),
        ("assume: {images: {owner: self}}", "2:18: images must be a list, not a mapping"),
        ("assume: {images: [{owner: self, name: a}]}",
         "2:19: an image of assume needs `imds_support`: v2.0 or none"),
        ("assume: {images: [{owner: self, name: a, imds_support: v2}]}",
         '2:56: imds_support must be v2.0 or none, not "v2"; did you mean "v2.0"?'),
        ("assume: {images: [{name: a, imds_support: v2.0}]}",
         "2:19: an image of assume needs `owner` and `name`, or `parameter`"),
        ("assume: {images: [{name: a, parameter: b, imds_support: v2.0}]}",
         "2:19: an image of assume needs `owner` and `name`, or `parameter`"),
        ("assume: {images: [{owner: self, nam: a, imds_support: v2.0}]}",
         '2:33: an image of assume has no key "nam"; did you mean "name"?'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_where_it_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(PolicyError) as refused:
        outside(f"version: 1\n{text}\n")
    assert str(refused.value) == f"team.yaml:{complaint}"
    assert not jsonschema.Draft7Validator(SCHEMA).is_valid(yaml.safe_load(f"version: 1\n{text}\n"))


def test_the_schema_accepts_both() -> None:
    text = ESTATES + "assume:\n  region_default: {us-east-1: required}\n"
    jsonschema.validate(yaml.safe_load(text), SCHEMA)
