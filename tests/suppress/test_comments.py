"""Which comments are understood, and which block each is about."""

from __future__ import annotations

import pytest

from imdsguard.hcl.syntax.comments import comments
from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity
from imdsguard.policy.document import SCANNERS
from imdsguard.suppress.comments import directives
from imdsguard.suppress.directive import Directive, parse
from imdsguard.suppress.foreign_comments import ForeignComments, foreign_comments_of

IDS = {
    "ckv_aws_79": ("instance-tokens-optional", "launch-template-tokens-optional"),
    "aws-0028": ("instance-tokens-optional",),
    "aws-ec2-enforce-http-token-imds": ("instance-tokens-optional",),
}
ALL = ForeignComments(frozenset({"checkov", "trivy", "tfsec"}), IDS)


def read(text: str, foreign: ForeignComments | None = None, label: str = "main.tf") -> tuple[Directive, ...]:
    return directives(label, text.encode(), foreign or ForeignComments())


def test_strings_and_heredocs_hold_no_comments() -> None:
    text = """# one
resource "a" "b" { # two
  x = "# no ${ 1 /* three */ }"
  y = <<EOT
# no
${ a # four
}
EOT
  z = [1, # five
  2] // six
}
/* seven
x */
"""
    found = [text[start:end] for start, end in comments(text)]
    assert found == ["# one", "# two", "/* three */", "# four", "# five", "// six", "/* seven\nx */"]


def test_the_comments_of_a_broken_file_are_found_up_to_where_it_breaks() -> None:
    assert comments("# one\nx = (\n}\n# two\n") == [(0, 5)]
    assert comments('x = "open\n# one\n') == []


@pytest.mark.parametrize(
    ("text", "rules", "reason", "until"),
    [
        ("imdsguard: ignore[a] vendor image", ("a",), "vendor image", None),
        ("imdsguard:ignore[a,b] why", ("a", "b"), "why", None),
        ("imdsguard: ignore[ a , b ]: why", ("a", "b"), "why", None),
        ("imdsguard: ignore[a] until=2027-01-31 why", ("a",), "why", "2027-01-31"),
        ("imdsguard: ignore[a] why, until=2027-01-31", ("a",), "why", "2027-01-31"),
        ("imdsguard: ignore[a] agreed on 2026-01-31 until then", ("a",), "agreed on 2026-01-31 until then", None),
        ("imdsguard: ignore[a] - why not", ("a",), "why not", None),
        ("imdsguard: ignore[a] -- _why_ not", ("a",), "_why_ not", None),
        ("imdsguard: ignore[a] as in RUN_BOOK_, until=2027-01-31", ("a",), "as in RUN_BOOK_", "2027-01-31"),
    ],
)
def test_what_a_comment_says(text: str, rules: tuple[str, ...], reason: str, until: str | None) -> None:
    said = parse(text)
    assert said is not None
    assert (said.rules, said.reason, said.until, said.fault) == (rules, reason, until, "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("imdsguard: ignore[a]", "it gives no reason: say behind the bracket why this is as it is"),
        ("imdsguard: ignore[a] --", "it gives no reason: say behind the bracket why this is as it is"),
        ("imdsguard: ignore[a] until=2027-01-01", "it gives no reason: say behind the bracket why this is as it is"),
        ("imdsguard: ignore why", "it must name the rules that it is about: ignore[rule-id] reason"),
        ("imdsguard: ignore[] why", "it names no rule: ignore[rule-id] reason"),
        ("imdsguard: disable[a] why", 'a comment can say "imdsguard: ignore[rule-id] reason" and nothing else'),
        ("imdsguard: ignore[a] until=2027-13-01 why", 'until= takes a day as YYYY-MM-DD, not "2027-13-01"'),
        ("imdsguard: ignore[a] until=tomorrow why", 'until= takes a day as YYYY-MM-DD, not "tomorrow"'),
        ("imdsguard: ignore[a] until=20270101 why", 'until= takes a day as YYYY-MM-DD, not "20270101"'),
        ("imdsguard: ignore[a] until 2027-01-01 why", "its last day must be written until=2027-01-01"),
        ("imdsguard: ignore[a] why (expires: 2027-01-01)", "its last day must be written until=2027-01-01"),
        ("imdsguard: ignore[a] until=2027-01-01 until=2028-01-01 why", "it has more than one until="),
    ],
)
def test_what_is_wrong_with_a_comment(text: str, fault: str) -> None:
    said = parse(text)
    assert said is not None
    assert said.fault == fault


def test_prose_that_mentions_us_is_no_suppression() -> None:
    assert read('# see imdsguard: ignore[a] in its manual\nresource "x" "y" {}\n') == ()


PLACES = """# imdsguard: ignore[above] r

# imdsguard: ignore[stacked] r
// imdsguard: ignore[slashes] r
/* imdsguard: ignore[stars] r */
resource "aws_instance" "web" { # imdsguard: ignore[header] r
  # imdsguard: ignore[inside] r
  ami = "x" # imdsguard: ignore[argument] r
  metadata_options { # imdsguard: ignore[nested] r
    tags = {
      a = 1 # imdsguard: ignore[deep] r
    }
  }
} # imdsguard: ignore[end] r
module "web" {
  /*
   * imdsguard: ignore[call] r
   */
  source = "./web"
}
provider "aws" {
  # imdsguard: ignore[provider] r
}
locals {
  text = "# imdsguard: ignore[text] r"
}
# imdsguard: ignore[data] r
data "aws_ami" "x" {}
# imdsguard: ignore[last] r
"""


def test_where_a_comment_may_stand() -> None:
    about = {each.said.rules[0]: each.address for each in read(PLACES)}
    web = ("stacked", "slashes", "stars", "header", "inside", "argument", "nested", "deep", "end")
    assert about == {
        "above": "",
        **dict.fromkeys(web, "aws_instance.web"),
        "call": "module.web",
        "provider": "",
        "data": "data.aws_ami.x",
        "last": "",
    }


def test_a_comment_has_a_place_and_its_block_the_place_of_its_header() -> None:
    found = next(each for each in read(PLACES) if each.said.rules == ("call",))
    assert (found.place.line, found.place.column) == (17, 6)
    assert found.block is not None
    assert (found.block.file, found.block.line, found.block.column) == ("main.tf", 15, 1)


@pytest.mark.parametrize("comment", ["#{}", "//{}", "/*{}*/", "/**{}*/", "/*\n*{}\n*/"])
def test_a_comment_needs_no_spaces(comment: str) -> None:
    (found,) = read(comment.format("imdsguard: ignore[a] why") + '\nresource "x" "y" {}\n')
    assert (found.address, found.said.rules, found.said.reason) == ("x.y", ("a",), "why")


def test_windows_line_ends() -> None:
    (found,) = read('# imdsguard: ignore[a] why\r\nresource "x" "y" {\r\n}\r\n')
    assert (found.address, found.said.reason) == ("x.y", "why")


def test_json_syntax_has_comment_properties() -> None:
    text = """{
  "//": "imdsguard: ignore[top] r",
  "resource": {
    "aws_instance": {
      "//": "imdsguard: ignore[between] r",
      "web": {"//": "imdsguard: ignore[block] r", "metadata_options": {"//": "imdsguard: ignore[nested] r"}},
      "other": [{"//": ["a remark", 3, null, "imdsguard: ignore[listed] r"]}, {"//": 3}]
    }
  },
  "module": {"m": {"//": "imdsguard: ignore[call] r", "source": "imdsguard: ignore[text] r"}}
}"""
    found = read(text, label="main.tf.json")
    assert {each.said.rules[0]: each.address for each in found} == {
        "top": "",
        "between": "",
        "block": "aws_instance.web",
        "nested": "aws_instance.web",
        "listed": "aws_instance.other",
        "call": "module.m",
    }
    block = next(each.block for each in found if each.said.rules == ("block",))
    assert block is not None
    assert (block.line, block.column) == (6, 7)


def test_comments_of_others_in_json_count_in_a_block() -> None:
    skip = '"//": "checkov:skip=CKV_AWS_79: vendor image"'
    text = '{%s, "resource": {"aws_instance": {"web": {%s}}}}'
    (found,) = read(text % (skip, skip), ALL, label="main.tf.json")
    assert (found.tool, found.address, found.said.reason) == ("checkov", "aws_instance.web", "vendor image")


def test_comments_in_json_are_read_in_their_order() -> None:
    blocks = [
        f'[{{"//": "imdsguard: ignore[{a}] r"}}, [{{"//": "imdsguard: ignore[{b}] r"}}]]' for a, b in ("ab", "cd")
    ]
    text = '{"resource": {"x": {"y": {"n": ' + blocks[0] + ', "m": ' + blocks[1] + "}}}}"
    assert [each.said.rules for each in read(text, label="main.tf.json")] == [("a",), ("b",), ("c",), ("d",)]


@pytest.mark.parametrize("text", ["{", "[]", '{"resource": 3, "//": "imdsguard: ignore[a] r"', "imdsguard:"])
def test_json_that_is_broken_says_nothing(text: str) -> None:
    assert read(text + " imdsguard:", label="x.tf.json") == ()


OTHERS = """#checkov:skip=CKV_AWS_79:above does not count
#trivy:ignore:AVD-AWS-0028:exp:2027-01-31
resource "aws_instance" "web" { #tfsec:ignore:aws-ec2-enforce-http-token-imds
  # checkov:skip=CKV_AWS_79: vendor image
  # checkov:skip=CKV_AWS_8: not ours
  ami = "x" #trivy:ignore:AWS-0028
  #trivy:ignore:aws-0028
  metadata_options {
    http_tokens = "optional" # tfsec:ignore:AWS079
  }
}
"""


def test_the_comments_of_others_count_where_those_tools_look_for_them() -> None:
    assert read(OTHERS) == ()
    found = [(each.tool, each.place.line, each.said.reason, each.said.until) for each in read(OTHERS, ALL)]
    assert found == [
        ("trivy", 2, "trivy:ignore:AVD-AWS-0028:exp:2027-01-31", "2027-01-31"),
        ("tfsec", 3, "tfsec:ignore:aws-ec2-enforce-http-token-imds", None),
        ("checkov", 4, "vendor image", None),
        ("trivy", 7, "trivy:ignore:aws-0028", None),
        ("tfsec", 9, "tfsec:ignore:AWS079", None),
    ]
    assert read(OTHERS, ALL)[2].said.rules == ("instance-tokens-optional", "launch-template-tokens-optional")


def test_a_comment_of_others_without_a_reason_gives_itself_as_the_reason() -> None:
    found = read('resource "aws_instance" "web" {\n  # checkov:skip=CKV_AWS_79\n}\n', ALL)
    assert [each.said.reason for each in found] == ["checkov:skip=CKV_AWS_79"]


@pytest.mark.parametrize(
    ("block", "counts"),
    [
        ("metadata_options", True),
        ('dynamic "metadata_options"', True),
        ("root_block_device", False),
        ('dynamic "root_block_device"', False),
        ("dynamic", False),
        ('other "metadata_options"', False),
    ],
)
def test_above_which_blocks_a_comment_of_others_counts(block: str, counts: bool) -> None:
    text = f'resource "aws_instance" "web" {{\n  #trivy:ignore:aws-0028\n  {block} {{\n  }}\n}}\n'
    assert [each.tool for each in read(text, ALL)] == (["trivy"] if counts else [])


@pytest.mark.parametrize(
    ("before", "counts"), [("  ", True), ("", True), ("}", False), (")", False), ("  size = 1 ", False)]
)
def test_a_comment_behind_code_is_about_no_block_that_follows(before: str, counts: bool) -> None:
    inside = f"{before}#trivy:ignore:aws-0028\n  metadata_options {{\n  }}\n"
    opened = {"}": "  root_block_device {\n", ")": "  ami = (\n  1\n"}.get(before, "")
    text = f'resource "aws_instance" "web" {{\n{opened}{inside}}}\n'
    assert [each.tool for each in read(text, ALL)] == (["trivy"] if counts else [])


@pytest.mark.parametrize(
    "text",
    [
        "trivy:ignore:*",
        "trivy:ignore:AWS-00*",
        "trivy:ignore:AWS-0028[ami=x]",
        "trivy:ignore:AWS-0028:ws:prod",
        "trivy:ignore:AWS-0028:ws:2030-01-01",
        "trivy:ignore:AWS-0028:exp:2030-01-01:ws:prod",
        "trivy:ignore:AWS-0028:exp:soon",
        "trivy:ignore:AWS-00281",
        "tfsec:ignore:aws-*",
    ],
)
def test_what_we_cannot_decide_of_others_is_not_honoured(text: str) -> None:
    assert read(f'# {text}\nresource "aws_instance" "web" {{}}\n', ALL) == ()


def test_whose_comments_can_be_asked_for() -> None:
    assert ForeignComments(frozenset(SCANNERS), IDS) == ALL


def test_checkovs_older_name() -> None:
    found = read('resource "aws_instance" "web" {\n  # bridgecrew:skip=CKV_AWS_79: old\n}\n', ALL)
    assert [(each.tool, each.said.reason) for each in found] == [("checkov", "old")]


@pytest.mark.parametrize("tool", ["checkov", "trivy", "tfsec"])
def test_only_the_tools_that_were_asked_for(tool: str) -> None:
    assert {each.tool for each in read(OTHERS, ForeignComments(frozenset({tool}), IDS))} == {tool}


def test_which_rules_other_scanners_ids_stand_for() -> None:
    page = "A page."
    one, two = (
        Rule(name, "", Severity.NOTE, page, lambda _: (), ("Launch",), controls=controls)
        for name, controls in (
            ("one", {"Checkov": ("CKV_AWS_79",), "Trivy": ("AVD-AWS-0028",), "CWE": ("CWE-918",)}),
            ("two", {"Checkov": ("CKV_AWS_79",), "tfsec": ("aws-ec2-enforce-http-token-imds",)}),
        )
    )
    found = foreign_comments_of(["checkov"], [one, two])
    assert found == ForeignComments(
        frozenset({"checkov"}),
        {"ckv_aws_79": ("one", "two"), "aws-0028": ("one",), "aws-ec2-enforce-http-token-imds": ("two",)},
    )
