"""What is read, cut and spliced: each reader gives an answer or says what is wrong, and nothing else happens.

`IMDSGUARD_FUZZ=200000` is how many inputs each test takes; without it some fifty. The seeds are what the tests of the
rules read, so that most of an input is right and the fault lies deep in it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imdsguard.aws.alarms.faults.composite_rule import CompositeRuleError
from imdsguard.aws.alarms.faults.composite_rule import parse as parse_rule
from imdsguard.aws.alarms.insights import QueryError
from imdsguard.aws.alarms.insights import parse as parse_query
from imdsguard.aws.organizations.documents import statements_of
from imdsguard.suppress.baseline import BaselineError, read_baseline
from imdsguard.suppress.comments import directives
from imdsguard.suppress.foreign_comments import PEERS, ForeignComments
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read
from tests.conftest import REPOSITORY

MANY = int(os.environ.get("IMDSGUARD_FUZZ", "50"))
FIXTURES = REPOSITORY / "tests/fixtures"
WANTED = frozenset({"aws_instance", "aws_launch_template", "aws_cloudwatch_metric_alarm", "aws_autoscaling_group"})
LARGEST_SEED = 8_000
ODD = [
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\\ud800",
    b"\xe2\x80\xae",
    b"${",
    b"%{",
    b"<<-E\n",
    b"\\",
    b'"',
    b"'",
]
PIECES = [
    *ODD, b"{", b"}", b"[", b"]", b"(", b")", b",", b":", b"=", b"\n", b"#", b"/*", b"*/", b"1e999", b"-", b"null",
    b"[[[[[[[[[[[[", b"((((((((((((", b"{{{{{{{{{{{{", b"AND", b"OR", b"NOT", b"ALARM", b"imdsguard: ignore[", b"for_each",
    b"dynamic", b"iterator", b"source", b"count", b"each.value", b"module.a[0]", b"true", b'"a": ', b"values", b"after",
]  # fmt: skip


def seeds(*patterns: str) -> list[bytes]:
    """Some of the files that tests read, those of ordinary size."""
    files = [path for pattern in patterns for path in sorted(FIXTURES.glob(pattern))[::7]]
    found = [path.read_bytes() for path in files if path.stat().st_size <= LARGEST_SEED]
    assert found, patterns
    return found


def damaged(wanted: list[bytes]) -> st.SearchStrategy[bytes]:
    """A right input in which pieces are cut out, put in, doubled or swapped."""

    @st.composite
    def make(draw: st.DrawFn) -> bytes:
        data = draw(st.sampled_from(wanted))
        for _ in range(draw(st.integers(1, 4))):
            at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
            put = draw(st.one_of(st.sampled_from(PIECES), st.just(data[at : at + length] * 2), st.binary(max_size=3)))
            data = data[:at] + put + data[at + length :]
        return data

    return make()


CONFIGURED = settings(
    max_examples=MANY,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def take(folder: Path, name: str, data: bytes, *beside: str) -> None:
    """Read a file as a run does: it never raises, and each problem says something."""
    (folder / name).write_bytes(data)
    found = read((name, *beside), Inputs(working_directory=str(folder)), WANTED)
    for problem in found.problems:
        assert problem.message
    for root in found.roots:
        for resource in root.resources:
            assert resource.address


@CONFIGURED
@given(damaged(seeds("*/*/*/main.tf")))
def test_configurations(tmp_path: Path, data: bytes) -> None:
    take(tmp_path, "main.tf", data, ".")


JSON = b"""{"resource": {"aws_launch_template": {"t": {"name": "t", "dynamic": {"metadata_options": {"for_each": ["a"],
"iterator": "i", "content": {"http_tokens": "${i.value}"}}}}}}, "module": {"m": {"source": "./m"}},
"locals": {"a": "${[for x in [1]: x]}"}}"""


@CONFIGURED
@given(damaged([JSON]))
def test_configurations_in_json(tmp_path: Path, data: bytes) -> None:
    take(tmp_path, "main.tf.json", data, ".")


@CONFIGURED
@given(damaged([b'tokens = "required"\nlist = [1, 2]\nmap = { a = "b" }\n', b"a = <<E\ntext\nE\n"]))
def test_values_of_variables(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "main.tf").write_text('variable "tokens" {}\nresource "aws_instance" "a" {\n  ami = var.tokens\n}\n')
    take(tmp_path, "terraform.tfvars", data, ".")


@CONFIGURED
@given(damaged(seeds("*/*/*/plan.json")))
def test_plans(tmp_path: Path, data: bytes) -> None:
    take(tmp_path, "plan.json", data)


STATE = b"""{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "a", "outputs": {}, "resources": [{
"mode": "managed", "type": "aws_instance", "name": "a", "provider": "provider[\\"registry.terraform.io/hashicorp/aws\\"]",
"instances": [{"index_key": 0, "schema_version": 1, "attributes": {"id": "i-1", "metadata_options": [
{"http_tokens": "required", "http_endpoint": "enabled"}]}, "sensitive_attributes": []}]}]}"""


@CONFIGURED
@given(damaged([STATE]))
def test_states(tmp_path: Path, data: bytes) -> None:
    take(tmp_path, "terraform.tfstate", data)


BASELINE = b"""{"schema": "imdsguard/baseline/v1", "findings": [{"rule": "instance-tokens-optional", "root": ".",
"address": "aws_instance.a", "verdict": "fail", "severity": "error", "fingerprint": "0123456789abcdef"}], "problems": []}"""


@CONFIGURED
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


@CONFIGURED
@given(damaged(COMMENTS), st.sampled_from(["main.tf", "main.tf.json"]))
def test_comments(data: bytes, label: str) -> None:
    for each in directives(
        label, data, ForeignComments(frozenset(PEERS), {"ckv_aws_79": ("instance-tokens-optional",)})
    ):
        assert each.place.file == label


QUERIES = [
    b"SELECT SUM(MetadataNoToken) FROM SCHEMA(\"AWS/EC2\", InstanceId) WHERE InstanceId = 'i-1' GROUP BY InstanceId",
    b"SELECT MAX(a) FROM \"AWS/EC2\" WHERE (a != 'b' AND tag.Team = 'c') OR AWS.AccountId = CURRENT_ACCOUNT_ID() LIMIT 5",
]


@CONFIGURED
@given(damaged(QUERIES))
def test_insights_queries(data: bytes) -> None:
    with suppress(QueryError):
        parse_query(data.decode("utf-8", "replace"))


RULES = [b'ALARM("a") AND NOT OK(b) OR (INSUFFICIENT_DATA(c))', b"AT_LEAST(2, ALARM, (a, b, c)) OR TRUE"]


@CONFIGURED
@given(damaged(RULES))
def test_composite_rules(data: bytes) -> None:
    with suppress(CompositeRuleError):
        parse_rule(data.decode("utf-8", "replace"))


JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("ec2:RunInstances")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["Statement", "Effect", "Action", "NotAction", "Resource", "Condition", "StringNotEquals"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)


@CONFIGURED
@given(JSON_VALUES)
def test_organisation_policies(document: object) -> None:
    assert isinstance(statements_of(document, None), tuple)


@pytest.mark.parametrize("opening", [b"[", b"(", b"{", b'{"a":', b"NOT ", b"a.", b"-", b"!", b'"${'])
@pytest.mark.parametrize("name", ["main.tf", "main.tf.json", "terraform.tfvars", "plan.json"])
def test_nesting_without_end_ends(opening: bytes, name: str, tmp_path: Path) -> None:
    take(tmp_path, name, (b"" if name.endswith("json") else b"a = ") + opening * 20_000, ".")
