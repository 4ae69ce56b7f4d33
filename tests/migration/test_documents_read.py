"""Documents from anywhere: found by content, held against their contract, named by their files."""

from __future__ import annotations

import json

import pytest

from imdsguard.migration.documents import (
    FINDINGS,
    INSPECT,
    READINESS,
    DocumentError,
    InspectDocument,
    decoded,
    schema_of,
)
from imdsguard.migration.gather import answers, documents_among, earlier, exit_code, gathered, sources_of
from imdsguard.migration.rows import Named
from imdsguard.model.severity import Severity
from tests.migration.inspected import finding, findings, inspect, inspected, launch, readiness, scanned


@pytest.mark.parametrize(
    ("data", "schema"),
    [
        (b'{"schema": "imdsguard/inspect/v1"}', "imdsguard/inspect/v1"),
        (b'\xef\xbb\xbf\n {"launches": [], "schema": "imdsguard/inspect/v1"}', "imdsguard/inspect/v1"),
        (b'{"schema": "imdsguard/findings/v1", "findings": [', "imdsguard/findings/v1"),
        (b'{"schema": "https://example.com/imdsguard/"}', None),
        (b'{"schema": 1, "x": "imdsguard/"}', None),
        (b'{"format_version": "1.2"}', None),
        (b'["imdsguard/inspect/v1"]', None),
        (b"# imdsguard/inspect/v1", None),
        (b"", None),
    ],
)
def test_a_document_is_known_by_its_schema(data, schema):
    assert schema_of(data) == schema


def test_paths_that_are_documents_are_found_by_content(tmp_path):
    files = {
        "a.json": json.dumps(inspect()),
        "report.txt": json.dumps({**findings(), "schema": "imdsguard/findings/v1"}),
        "sorted.json": json.dumps(inspect(launch(), generated="x" * 70_000), sort_keys=True),
        "plan.json": '{"format_version": "1.2", "note": "imdsguard/inspect/v1"}',
        "main.tf.json": '{"resource": {}}',
        "main.tf": 'locals { schema = "imdsguard/inspect/v1" }',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in files]
    found = documents_among([*paths, "-", str(tmp_path), str(tmp_path / "none")])
    assert found == paths[:3]


@pytest.mark.parametrize(
    ("document", "message", "place"),
    [
        (b'{"schema": "imdsguard/inspect/v1"', "Input data was truncated", (0, 0)),
        (b'{"schema": "imdsguard/inspect/v1",\n "launches": [}', "invalid character", (2, 15)),
        (b'{"schema": "imdsguard/inspect/v1"}', "missing required field `launches`", (0, 0)),
        (json.dumps(inspect({**launch(), "address": 3})).encode(),
         "Expected `str`, got `int` at launches[0].address", (0, 0)),
        (json.dumps(inspect(launch(), {**launch(), "state": "fine"})).encode(),
         "Invalid enum value 'fine' at launches[1].state", (0, 0)),
        (json.dumps(inspect({**launch(), "line": 10**30})).encode(), "at launches[0].line", (0, 0)),
        (json.dumps(inspect({**launch(), "tags": {"a": []}})).encode(), "at launches[0].tags[...]", (0, 0)),
        (b'{"schema": "imdsguard/inspect/v1", "launches": ' + b"[" * 100_000, "", (0, 0)),
        (b'{"schema": "\xff"}', "", (0, 0)),
    ],
)  # fmt: skip
def test_what_is_not_its_contract_is_refused_with_its_place(document, message, place):
    with pytest.raises(DocumentError) as refused:
        decoded(document, InspectDocument)
    assert message in str(refused.value)
    if place != (0, 0):
        assert (refused.value.line, refused.value.column) == place


def test_keys_of_later_versions_are_left_alone():
    assert (
        inspected(inspect({**launch(), "novelty": {"deep": [1]}}, other=[])).launches[0].address == "aws_instance.web"
    )


def told(problems):
    return [(each.file.rpartition("/")[2], each.line, each.message) for _, each in problems]


def test_a_document_that_cannot_be_read_leaves_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr("imdsguard.migration.gather.LARGEST", 100_000)
    files = {
        "good.json": json.dumps(inspect(launch())),
        "broken.json": '{"schema": "imdsguard/inspect/v1",\n "launches": [}',
        "fixes.json": '{"schema": "imdsguard/fixes/v1"}',
        "asked.json": json.dumps(readiness()),
        "large.json": json.dumps(inspect()) + " " * 100_000,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = gathered([str(tmp_path / name) for name in files])
    assert [named.source for named in found.documents] == ["good"]
    problems = told(found.problems)
    assert problems[0][:2] == ("broken.json", 2)
    assert problems[1:3] == [
        ("fixes.json", None, f"it is imdsguard/fixes/v1, and a page is made of {INSPECT} and {FINDINGS}"),
        ("asked.json", None, "it is imdsguard/readiness/v1: give it with --readiness-file"),
    ]  # fmt: skip
    assert problems[3][0] == "large.json"
    assert "larger than" in problems[3][2]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["out/shop.inspect.json", "out/shop.scan.json", "out/pay-findings.json"], ["shop", "shop", "pay"]),
        (["out/shop/inspect.json", "out/shop/scan.json", "out/pay/inspect.json"], ["shop", "shop", "pay"]),
        (["shop.json"], ["shop"]),
        (["a/shop.json", "b/shop.json"], ["a/shop", "b/shop"]),
        (["a/x.json", "a/b/y.json"], ["x", "b/y"]),
        (["inspect.json", "scan.json"], ["here", "here"]),
    ],
)
def test_repositories_are_named_by_their_files(tmp_path, monkeypatch, paths, names):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    found = sources_of(paths)
    assert [found[path] for path in paths] == names


def test_what_readiness_said_is_read(tmp_path):
    good, other = tmp_path / "readiness.json", tmp_path / "other.json"
    good.write_text(json.dumps(readiness({"address": "a.b", "verdict": "ready"}, problems=[{"message": "denied"}])))
    other.write_text(json.dumps(inspect()))
    said, problems = answers(str(good))
    assert [each.verdict for each in said.launches] == ["ready"]
    assert [each.message for _, each in problems] == ["denied"]
    said, problems = answers(str(other))
    assert said is None
    assert told(problems) == [("other.json", None, f"it is {INSPECT}, and --readiness-file takes {READINESS}")]
    assert told(answers(str(tmp_path / "none.json"))[1]) == [
        ("none.json", None, "it cannot be read: No such file or directory")
    ]


def test_a_history_is_made_of_documents_that_say_when(tmp_path):
    files = {
        "a.json": inspect(generated="2026-11-01"),
        "b.json": inspect(),
        "c.json": findings(generated="2026-11-01"),
        "d.json": readiness(),
    }
    for name, document in files.items():
        (tmp_path / name).write_text(json.dumps(document))
    found = earlier([str(tmp_path / name) for name in files])
    assert [source for source, _ in found.documents] == ["a"]
    assert told(found.problems) == [
        ("b.json", None, 'it does not say when it was made, or not in ISO 8601, at "generated"'),
        ("d.json", None, "it is imdsguard/readiness/v1, and a trend is made of imdsguard/inspect/v1"),
    ]


PROBLEM = {"message": "no"}


@pytest.mark.parametrize(
    ("documents", "fail_on", "strict", "code"),
    [
        ([inspect(launch())], Severity.ERROR, False, 0),
        ([inspect(problems=[PROBLEM])], Severity.ERROR, False, 2),
        ([findings(problems=[{**PROBLEM, "known": "the baseline"}])], Severity.ERROR, False, 0),
        # Of one repository scan's document decides: it knows the baseline.
        ([inspect(problems=[PROBLEM]), findings(problems=[{**PROBLEM, "known": "x"}])], Severity.ERROR, False, 0),
        ([findings(finding("r"))], Severity.ERROR, False, 1),
        ([findings(finding("r"))], None, False, 0),
        ([findings(finding("r", severity="warning"))], Severity.ERROR, False, 0),
        ([findings(finding("r", severity="warning"))], Severity.WARNING, False, 1),
        ([findings(finding("r", verdict="pass"))], Severity.NOTE, False, 0),
        ([findings(finding("r", suppressed={"by": "comment"}))], Severity.NOTE, False, 0),
        ([findings(finding("r"), problems=[PROBLEM])], Severity.ERROR, False, 2),
        ([inspect(unseen=[{"message": "x"}])], Severity.ERROR, False, 0),
        ([inspect(unseen=[{"message": "x"}])], Severity.ERROR, True, 2),
    ],
)
def test_the_exit_code_is_the_one_that_scan_had(documents, fail_on, strict, code):
    named = [Named("", scanned(each) if "findings" in each else inspected(each)) for each in documents]
    assert exit_code(named, fail_on, strict_unseen=strict) == code
