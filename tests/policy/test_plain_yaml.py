"""The reader of the plainest YAML gives what PyYAML gives, or gives up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imdsguard.policy.errors import PolicyError
from imdsguard.policy.nodes import Items, Node, Scalar
from imdsguard.policy.plain import read_plain
from imdsguard.policy.shipped import shipped_folder, shipped_policies
from imdsguard.policy.yaml import read_yaml

LINES = st.sampled_from(
    ["a:", "b: 1", "  c: off", "  d:", "    e: x-y_z", "# note", "", "  # note", "a: 'q'", "b: x # why", "c:d", " f: 2",
     "g: a b",
     "h: x#y", "i:  2", "  c: 3", "\tj: 1", "k: ", "- l", "m: {n: 1}", "---", "0: 1", "on: off", "p: é", "q: a:"]
)  # fmt: skip


def bare(node: Node) -> object:
    """A node without places of containers, which the two readers need not agree on."""
    if isinstance(node, Scalar):
        return (node.text, node.quoted, node.place)
    if isinstance(node, Items):
        return [bare(item) for item in node.items]
    return [(bare(key), bare(value)) for key, value in node.entries]


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_both_readers_agree(text: str) -> None:
    plain = read_plain(text, "p.yaml")
    if plain is not None:
        assert bare(plain) == bare(read_yaml(text, "p.yaml"))


@pytest.mark.parametrize("name", shipped_policies())
def test_the_shipped_policies_are_plain(name: str) -> None:
    text = Path(shipped_folder("policies"), f"{name}.yaml").read_text()
    plain = read_plain(text, name)
    assert plain is not None
    assert bare(plain) == bare(read_yaml(text, name))


def test_it_reads_what_most_policies_are() -> None:
    text = "# ours\nversion: 1\n\nrules:\n  # later\n  tokens: off # why\n  hop-limit:\n    max: 2\nfail_on: error\n"
    plain = read_plain(text, "p.yaml")
    assert plain is not None
    assert bare(plain) == bare(read_yaml(text, "p.yaml"))


@pytest.mark.parametrize("text", ["a: 1\n b: 2\n", "a: 1\na: 2\n", "a:\n    b: 1\n  c: 2\n", "  a: 1\nb: 2\n"])
def test_what_is_wrong_is_left_to_pyyaml_to_refuse(text: str) -> None:
    assert read_plain(text, "p.yaml") is None
    with pytest.raises(PolicyError):
        read_yaml(text, "p.yaml")
