"""Files of tests of a policy: what is refused in them, all at once and where, and that the schema agrees."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from imdsguard.model.finding import Verdict
from imdsguard.model.severity import Severity
from imdsguard.policy.cases import CaseFile, cases_schema, read_cases, read_expected
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.schema import value_of
from imdsguard.policy.shipped import shipped_folder
from imdsguard.policy.yaml import read_nodes

WRITTEN = json.loads(Path(shipped_folder("policies"), "test-schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(WRITTEN)
CODE = "cases: [{{name: n, terraform: x, {}}}]"
FILE = "{}\ncases: [{{name: n, terraform: x, expected: []}}]"
NEEDS_CODE = "a test needs either `terraform` (a text) or `files` (a mapping)"
NEEDS_EXPECTED = "a test needs `expected`: a list, which may be empty"


def read(text: str) -> CaseFile:
    return read_cases(read_nodes(text.encode(), "x.test.yaml"), "x.test.yaml")


def fits(text: str) -> bool:
    return bool(VALIDATOR.is_valid(value_of(read_nodes(text.encode(), "x.test.yaml"))))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", ['1:1: a file of tests must be a mapping, not "x"']),
        ("", ["1:1: a file of tests needs `cases`: a list of tests"]),
        ("case: []", ['1:1: a file of tests has no key "case"; did you mean "cases"?']),
        ("cases: []", ["1:8: a file of tests needs `cases`: a list of tests"]),
        ("cases: x", ['1:8: cases must be a list, not "x"']),
        ("cases: [x]", ['1:9: a test must be a mapping, not "x"']),
        ("cases: [{}]", ["1:9: a test needs a `name`", f"1:9: {NEEDS_EXPECTED}", f"1:9: {NEEDS_CODE}"]),
        (FILE.format("policy: []"), ["1:9: policy must be a text, not a list"]),
        (FILE.format("today: soon"), ['1:8: today must be a day like 2027-03-31, not "soon"']),
        (FILE.format("only: {}"), ["1:7: only must be a word or a list of words, not a mapping"]),
        ("cases: [{name: n, expected: []}]", [f"1:9: {NEEDS_CODE}"]),
        ("cases: [{name: n, terraform: x, files: {a.tf: x}, expected: []}]", [f"1:9: {NEEDS_CODE}"]),
        ("cases: [{name: [], terraform: x, expected: []}]", ["1:16: name must be a text, not a list"]),
        ("cases: [{name: n, terraform: [], expected: []}]", ["1:30: terraform must be a text, not a list"]),
        (
            "cases: [{name: n, files: {../a.tf: x, a.tf: [], 'c:\\a': x}, expected: []}]",
            [
                '1:27: a file of a test lies below it, which "../a.tf" does not',
                "1:45: a.tf must be a text, not a list",
                '1:49: a file of a test lies below it, which "c:\\a" does not',
            ],
        ),
        ("cases: [{name: n, files: {a/: x}, expected: []}]",
         ['1:27: a file of a test lies below it, which "a/" does not']),
        (CODE.format("expcted: []"), ['1:33: a test has no key "expcted"; did you mean "expected"?']),
        (CODE.format("expected: x"), ['1:43: expected must be a list, not "x"']),
        (CODE.format("expected: [x]"), ['1:44: an expected finding must be a mapping, not "x"']),
        (CODE.format("variables: [a], expected: []"), ["1:44: variables must be a mapping, not a list"]),
        (
            CODE.format("variables: {a: [1]}, expected: []"),
            ["1:48: a must be a word or a text in Terraform's language"],
        ),
        (
            CODE.format("only: [], var_files: {}, expected: []"),
            [
                "1:39: only must be a word or a list of words, not an empty list",
                "1:54: var_files must be a word or a list of words, not a mapping",
            ],
        ),
        (
            CODE.format("expected: [{}]"),
            ["1:44: an expected finding needs `rule`", "1:44: an expected finding needs `address`"],
        ),
        (
            CODE.format("expected: [{rule: r, adress: a}]"),
            ['1:54: an expected finding has no key "adress"; did you mean "address"?'],
        ),
        (
            CODE.format("expected: [{rule: r, address: a, verdict: bad, severity: 3, suppressed: maybe, region: []}]"),
            [
                '1:75: verdict must be pass, fail or unknown, not "bad"',
                '1:90: severity must be error, warning or note, not "3"',
                '1:105: suppressed must be yes, true, no, false or exemption, not "maybe"',
                "1:120: region must be a text, not a list",
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_all_at_once_and_the_schema_refuses_it(text: str, said: list[str]) -> None:
    with pytest.raises(PolicyError) as refused:
        read(text)
    assert [str(each) for each in refused.value.all()] == [f"x.test.yaml:{line}" for line in said]
    assert not fits(text)


def test_more_than_a_thousand_are_not_read() -> None:
    finding = "{rule: r, address: a}"
    expected = CODE.format(f"expected: [{', '.join([finding] * 1001)}]")
    cases = f"cases: [{', '.join(['{name: n, terraform: x, expected: []}'] * 1001)}]"
    for text, of in ((expected, "a test cannot have more than 1000 expected findings"),
                     (cases, "a file of tests cannot have more than 1000 tests")):  # fmt: skip
        with pytest.raises(PolicyError, match=of):
            read(text)
        assert not fits(text)


def test_a_case_says_what_the_file_does_not_say_of_all() -> None:
    text = """\
policy: team.yaml
only: [a]
today: 2027-01-01
cases:
  - name: one
    terraform: x
    variables: {a: 1, b: "[2]", c: ""}
    var_files: a.tfvars
    expected:
      - {rule: r, address: a, verdict: pass, severity: note, region: eu, message: m, suppressed: yes}
      - {rule: r, address: b, suppressed: false}
  - {name: two, files: {a.tf: x, b/c.tf: y}, only: b, today: 2028-01-01, expected: []}
"""
    found = read(text)
    one, two = found.cases
    assert found.policy == "team.yaml"
    assert (one.name, one.only, one.today) == ("x.test.yaml: one", ("a",), "2027-01-01")
    assert (two.name, two.only, two.today) == ("x.test.yaml: two", ("b",), "2028-01-01")
    assert (one.files, one.variables, one.var_files) == (
        (("main.tf", "x"),),
        ("a=1", "b=[2]", "c="),
        ("a.tfvars",),
    )
    assert two.files == (("a.tf", "x"), ("b/c.tf", "y"))
    full, least = one.expected
    assert (full.verdict, full.severity, full.region, full.message) == (Verdict.PASS, Severity.NOTE, "eu", "m")
    assert (full.suppressed, least.suppressed) == ("yes", "no")
    assert (least.verdict, least.severity, least.region, least.message) == (Verdict.FAIL, None, None, None)
    assert fits(text)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("[]", []),
        ("[{rule: r, address: a}]", ["r"]),
        ("expected: [{rule: r, address: a, suppressed: true}]\nvariables:\nonly: x\ntoday: 2027-01-01", ["r"]),
    ],
)
def test_a_folder_has_a_list_or_the_keys_of_a_test(text: str, rules: list[str]) -> None:
    case = read_expected(read_nodes(text.encode(), "expected.yaml"), "folder")
    assert (case.name, case.files, [each.rule for each in case.expected]) == ("folder", (), rules)
    assert fits(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", '1:1: a test must be a mapping, not "x"'),
        ("today: 2027-01-01", f"1:1: {NEEDS_EXPECTED}"),
        (
            "name: x\nexpected: []",
            '1:1: a test has no key "name" (known: expected, only, today, var_files, variables)',
        ),
    ],
)
def test_what_is_refused_of_a_folder(text: str, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_expected(read_nodes(text.encode(), "expected.yaml"), "folder")
    assert str(refused.value) == f"expected.yaml:{said}"
    assert not fits(text)


def test_the_schema_is_written_from_the_declaration() -> None:
    jsonschema.Draft7Validator.check_schema(WRITTEN)
    assert cases_schema() == WRITTEN, "`make docs` writes it"


def test_the_tests_that_we_ship_fit_it(repository: Path) -> None:
    files = sorted((repository / "examples").rglob("*.test.yaml"))
    assert files
    for file in files:
        assert fits(file.read_text(encoding="utf-8")), file
