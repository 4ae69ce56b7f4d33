"""Policies out of nothing and out of real ones: each is read, or refused with its places, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imdsguard.policy.document import POLICY
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.exemption import EXEMPTION
from imdsguard.policy.merged_yaml import merged_yaml
from imdsguard.policy.read import find_policy
from imdsguard.policy.requirement import REQUIRE, REQUIREMENT
from imdsguard.policy.shipped import shipped_folder, shipped_policies
from imdsguard.policy.where import WHERE
from imdsguard.policy.yaml import read_nodes
from imdsguard.run.policy_check import bind_to_all
from tests.conftest import REPOSITORY
from tests.fuzz.damage import taking

SEEDS = [
    *(Path(shipped_folder("policies"), f"{name}.yaml").read_bytes() for name in shipped_policies()),
    (REPOSITORY / "examples/policies/company.yaml").read_bytes(),
    b"version: 1\nestates: {a: {roots: ['x/**']}}\nassume: {region_default: {us-east-1: required}}\n",
    b"version: 1\nselect: {controls: [AWS Security Hub], rules: '*-missing'}\nsuppressions: {rules: []}\n",
]
KEYS = sorted({key.key for part in (POLICY, EXEMPTION, REQUIREMENT, REQUIRE, WHERE) for key in part.keys})
PIECES = st.sampled_from(
    [*(f"{key}:".encode() for key in KEYS), b" ", b"\n", b"\n  ", b"- ", b"[", b"]", b"{", b"}", b",", b'"', b"'",
     b"|\n", b'"\\ud800"',
     b"&a ", b"*a", b"!!x ", b"? ", b"~", b"on", b"off", b"1", b"64", b"\x00", b"\xff", b"\xef\xbb\xbf", b"---\n", b"#",
     b"tags.a:", b"'*'", b"hop-limit-too-high", b"max: ", b"2027-02-30", b"\t", b"\r\n", b"\xe2\x80\xae", b"<<: "]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A policy that is right, in which some pieces are cut out and others put in."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(PIECES) + data[at + draw(st.integers(0, 12)) :]
    return data


def take(data: bytes, folder: Path) -> None:
    """Read a policy as `policy check` and `policy show` do."""
    file = folder / "team.yaml"
    file.write_bytes(data)
    try:
        resolved = find_policy(str(file), ".")
        merged_yaml(resolved)
        bind_to_all(resolved, ())
    except PolicyError as error:
        for each in error.all():
            assert each.message
            assert each.place is None or each.place.file


@taking(150)
@given(damaged())
def test_a_damaged_policy_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    take(data, tmp_path)


@taking(150)
@given(st.lists(PIECES, max_size=30).map(b"".join))
def test_pieces_of_policies_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    take(b"version: 1\n" + data, tmp_path)


@taking(150)
@given(st.binary(max_size=60))
def test_bytes_are_nodes_or_refused(data: bytes) -> None:
    try:
        read_nodes(data, "team.yaml")
    except PolicyError as error:
        assert error.place is not None


@pytest.mark.parametrize(
    "data",
    [
        b"version: 1\nextends: [\x85]\n",
        b"version: 1\nextends: '" + b"a" * 5_000 + b".yaml'\n",
        b'version: 1\nextends: "\\ud800.yaml"\n',
        b"version: 1\nrules: {hop-limit-too-high: {max: 9" + b"9" * 5_000 + b"}}\n",
        b"version: 1\nexemptions: [{rule: '" + b"*a" * 50_000 + b"', path: x, reason: r}]\n",
        b"version: 1\nestates: {a: {roots: ['[', '[!]', '***/x', '\xc3\xa9']}}\n",
        b"version: 1\n" + b"a: {" * 60 + b"}" * 60 + b"\n",
        b"version: 1\nselect: {controls: '" + b"*?" * 1_000 + b"'}\n",
    ],
    ids=range(8),
)
def test_what_is_strange_is_read_or_refused(data: bytes, tmp_path: Path) -> None:
    take(data, tmp_path)
