"""What Terraform, AWS or imdsguard itself wrote, damaged: plans, states, baselines, queries, rules, globs, clones."""

from __future__ import annotations

import copy
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imdsguard.aws.alarms.faults.composite_rule import CompositeRuleError
from imdsguard.aws.alarms.faults.composite_rule import parse as parse_rule
from imdsguard.aws.alarms.insights import QueryError
from imdsguard.aws.alarms.insights import parse as parse_query
from imdsguard.aws.organizations.documents import statements_of
from imdsguard.policy.document import SCANNERS
from imdsguard.policy.match import matches_address, matches_module, matches_path, matches_word
from imdsguard.suppress.baseline import BaselineError, read_baseline
from imdsguard.suppress.comments import directives
from imdsguard.suppress.foreign_comments import ForeignComments
from imdsguard.suppress.git import GitError, Repository
from imdsguard.suppress.git_tree import lay_out
from tests.end_to_end.git import Checkout
from tests.fuzz.damage import PIECES, damaged, damaged_text, seeds, taking
from tests.fuzz.reading import take


@taking(40)
@given(damaged(seeds("*/*/*/plan.json")))
def test_plans(tmp_path: Path, data: bytes) -> None:
    take(tmp_path, "plan.json", data)


STATE = b"""{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "a", "outputs": {}, "resources": [{
"mode": "managed", "type": "aws_instance", "name": "a",
"provider": "provider[\\"registry.terraform.io/hashicorp/aws\\"]",
"instances": [{"index_key": 0, "schema_version": 1, "attributes": {"id": "i-1", "metadata_options": [
{"http_tokens": "required", "http_endpoint": "enabled"}]}, "sensitive_attributes": []}]}]}"""


@taking(30)
@given(damaged([STATE]))
def test_states(tmp_path: Path, data: bytes) -> None:
    take(tmp_path, "terraform.tfstate", data)


def values_with(*names: str) -> st.SearchStrategy[object]:
    """Values of JSON whose keys are such as a document has, but in any place."""
    return st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(names)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(names), inner, max_size=4)
        ),
        max_leaves=20,
    )


def paths_of(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a value of JSON."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, inner in inside for each in paths_of(inner, (*path, key)))]


PLANS = [json.loads(data) for data in seeds("*/*/*/plan.json")]
OTHER_VALUES = [
    None, True, 0, -1, 1e308, "", "each.value", "no-op", [], [None], [[]], {}, {"a": None}, {"references": []},
    {"references": [1, "each.value", "module.a[0]"]}, {"constant_value": {}}, [{"constant_value": []}], ["create", 3],
]  # fmt: skip


@taking(40)
@given(st.data())
def test_plans_in_which_a_value_is_another_one(tmp_path: Path, data: st.DataObject) -> None:
    plan = json.loads(json.dumps(data.draw(st.sampled_from(PLANS))))
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from([each for each in paths_of(plan) if each]))
        at = plan
        for key in path:
            at = at[key]
        at[last] = copy.deepcopy(data.draw(st.sampled_from(OTHER_VALUES)))  # the next turn may change a part of it
    take(tmp_path, "plan.json", json.dumps(plan).encode())


BASELINE = b"""{"schema": "imdsguard/baseline/v1", "findings": [{"rule": "instance-tokens-optional", "root": ".",
"address": "aws_instance.a", "region": null, "verdict": "fail", "severity": "error", "count": 1}],
"problems": [{"file": "a.tf", "message": "is not read", "count": 1}]}"""


@taking(40)
@given(damaged([BASELINE]))
def test_baselines(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "baseline.json"
    file.write_bytes(data)
    try:
        read_baseline(str(file))
    except BaselineError as error:
        assert str(file) in str(error)


COMMENTS = [
    b'# imdsguard: ignore[instance-tokens-optional] why until=2027-01-01\nresource "aws_instance" "a" {}\n',
    b'resource "aws_instance" "a" {\n  /* imdsguard: ignore[*] why\n * checkov:skip=CKV_AWS_79: old */\n}\n',
    b'{"resource": {"aws_instance": {"a": {"//": "imdsguard: ignore[instance-tokens-optional] why"}}}}',
]


@taking(60)
@given(damaged(COMMENTS), st.sampled_from(["main.tf", "main.tf.json"]))
def test_comments(data: bytes, label: str) -> None:
    foreign = ForeignComments(frozenset(SCANNERS), {"ckv_aws_79": ("instance-tokens-optional",)})
    for each in directives(label, data, foreign):
        assert each.place.file == label


QUERIES = (
    "SELECT SUM(MetadataNoToken) FROM SCHEMA(\"AWS/EC2\", InstanceId) WHERE InstanceId = 'i-1' GROUP BY InstanceId",
    "SELECT MAX(a) FROM \"AWS/EC2\" WHERE (a != 'b' AND tag.T = 'c') OR AWS.AccountId = CURRENT_ACCOUNT_ID() LIMIT 5",
)


@taking(80)
@given(damaged_text(*QUERIES))
def test_insights_queries(query: str) -> None:
    with suppress(QueryError):
        parse_query(query)


@taking(80)
@given(damaged_text('ALARM("a") AND NOT OK(b) OR (INSUFFICIENT_DATA(c))', "AT_LEAST(2, ALARM, (a, b, c)) OR TRUE"))
def test_composite_rules(rule: str) -> None:
    with suppress(CompositeRuleError):
        parse_rule(rule)


@taking(50)
@given(values_with("Statement", "Effect", "Action", "NotAction", "Resource", "Condition", "StringNotEquals"))
def test_organisation_policies(document: object) -> None:
    assert isinstance(statements_of(document, None), tuple)


GLOBS = ("stacks/**/[a-z]?*.tf", "module.*.aws_instance.web[?]", "[!a-]]*", "**", "a/[b", "*" * 30 + "a")
NAMES = ('module.a["x"].aws_instance.web[0]', "stacks/web/main.tf", "[", "-", "../a//b")


@taking(80)
@given(damaged_text(*GLOBS), damaged_text(*NAMES))
def test_globs(glob: str, name: str) -> None:
    for matches in (matches_word, matches_address, matches_module, matches_path):
        assert matches(name.replace("\0", "") or "a", glob) in (True, False)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Checkout.made(tmp_path_factory.mktemp("git") / "clone", main='resource "aws_instance" "a" {}\n', b__main="")
    made.branch()
    made.commit()
    return made.folder


IN_GIT = ("HEAD", "refs/heads/main", "refs/heads/feature", "index", "objects", "packed-refs")


@taking(6)
@given(st.data())
def test_clones(tmp_path_factory: pytest.TempPathFactory, clone: Path, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(clone, folder / "clone")
    inside = folder / "clone/.git"
    files = [inside / name for name in IN_GIT if name != "objects"]
    files += sorted(path for path in (inside / "objects").rglob("*") if path.is_file())
    file = data.draw(st.sampled_from(files))
    text = file.read_bytes() if file.exists() else b""
    if file.exists():
        os.chmod(file, 0o644)
    file.write_bytes(data.draw(damaged([text])))
    try:
        repository = Repository.around(str(folder / "clone"))
        lay_out(repository, repository.merge_base("main"), str(folder / "there"))
    except GitError as error:
        assert str(error)
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["plan.json", "terraform.tfstate"])
@taking(4)
@given(st.sampled_from([*PIECES, b'"a"', b"1"]), st.integers(2_000, 40_000))
def test_a_line_of_any_length_is_read(tmp_path: Path, name: str, piece: bytes, times: int) -> None:
    take(tmp_path, name, b'{"format_version": "1.2", "version": 4, "a": ' + piece * (times // len(piece)) + b"}")
