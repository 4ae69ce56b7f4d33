"""Real plans and states with anything put anywhere: reading them, and what is made of them, never raises."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.model.estate import Estate
from imdsguard.terraform.documents import documents_in

from .conftest import FIXTURES

DOCUMENTS = [
    json.loads((FIXTURES / name).read_bytes())
    for name in (
        "references/plan.json",
        "nothing-set/plan.json",
        "regions/plan.json",
        "dimensions/plan.json",
        "hidden/plan.json",
        "changes/plan.json",
        "changes/state.json",
        "changes/terraform.tfstate",
    )
]


def read(text: bytes) -> Estate | None:
    """Go from the bytes to the estate, as a scan does."""
    found = documents_in("plan.json", text, supported_types())
    return build([(root.stack, root.resources) for root, _ in found]) if found else None


def places(node: Any, rng: random.Random) -> tuple[Any, Any] | None:
    """Walk down from the root by chance; give a container and a key in it."""
    found = None
    while isinstance(node, (dict, list)) and node:
        key = rng.choice(list(node)) if isinstance(node, dict) else rng.randrange(len(node))
        found = node, key
        # Deep places are many: the shallow ones must get their turn, too.
        if rng.random() < 0.03:
            break
        node = node[key]
    return found


STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, -(10**400), 1.5, 1e308, "", "x", "\x00", "\ud800", "${", "*", "a" * 5000, [], {},
    [[]], [{}], {"": {}}, [None], {"references": ["x"]}, {"references": 3}, {"constant_value": {}}, ["module.x.y"],
    "module.", "module.a[", 'aws_instance.x["', "each.value", "local.x", "var.", "data.", [True], {"id": True},
    {"references": ["var.a", "each.value", "module.m.o", "aws_instance.a.id"]}, {"constant_value": 1, "references": 2},
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32), which=st.integers(0, len(DOCUMENTS) - 1), changes=st.integers(1, 12))
def test_anything_anywhere_in_a_real_document(seed: int, which: int, changes: int) -> None:
    rng = random.Random(seed)
    document = deepcopy(DOCUMENTS[which])
    for _ in range(changes):
        place = places(document, rng)
        if place is None:
            break
        container, key = place
        change = rng.randrange(4)
        if change == 0:
            del container[key]
        elif change == 1:
            other = places(document, rng)
            assert other is not None
            container[key] = deepcopy(other[0][other[1]])  # from elsewhere: well-formed, out of place
        elif isinstance(container, dict) and change == 2:
            container[rng.choice(("resource_changes", "values", "metadata_options", "index", ""))] = container.pop(key)
        else:
            container[key] = deepcopy(rng.choice(STRANGE))
    read(json.dumps(document).encode("utf-8", "surrogatepass"))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), which=st.integers(0, len(DOCUMENTS) - 1))
@example(seed=7184, which=4)  # a byte that is no UTF-8, in a key
def test_bytes_cut_doubled_and_strewn(seed: int, which: int) -> None:
    rng = random.Random(seed)
    text = json.dumps(DOCUMENTS[which]).encode()
    for _ in range(rng.randrange(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.randrange(200))
        text = rng.choice(
            (
                text[:start] + text[end:],
                text[:end] + text[start:end] + text[end:],
                text[:start] + bytes(rng.randrange(256) for _ in range(rng.randrange(1, 5))) + text[end:],
                text[:start],
            )
        )
    read(text)


LEVELS = 200_000
SHOWN = '{"format_version":"1.2","terraform_version":"1.11.4",PARTS}'
CHANGES = (
    '"resource_changes":[{"address":"x","type":"aws_instance","name":"x",'
    '"change":{"actions":["create"],"after":AFTER}}]'
)


def nested(opening: str, closing: str, levels: int = 5000, inside: str = "{}") -> str:
    return opening * levels + inside + closing * levels


def shown(parts: str) -> str:
    return SHOWN.replace("PARTS", parts)


DEEP = {
    "arrays that never end": shown('"resource_changes":' + "[" * LEVELS),
    "arrays": shown('"x":' + nested("[", "]", LEVELS)),
    "objects": shown('"x":' + nested('{"a":', "}", LEVELS)),
    "values of a resource": shown(CHANGES.replace("AFTER", nested('{"metadata_options":[', "]}"))),
    "modules of a state": shown('"values":{"root_module":' + nested('{"child_modules":[', "]}") + "}"),
    "modules of a configuration": shown(
        '"configuration":{"root_module":' + nested('{"module_calls":{"m":{"module":', "}}}") + "}"
    ),
    "an address": shown(
        CHANGES.replace("AFTER", "{}").replace(
            '"name"', '"module_address":"' + ".".join(["module.m"] * 5000) + '","name"'
        )
    ),
    "a state file": '{"version":4,"terraform_version":"1","serial":1,"resources":[{"mode":"managed","type":'
    '"aws_instance","name":"x","instances":[{"attributes":' + nested('{"a":', "}") + "}]}]}",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_depth_without_end(text: str) -> None:
    read(text.encode())


OPTIONS = '{"metadata_options":[{"http_put_response_hop_limit":HOPS,"http_tokens":"required"}]}'
INSTANCE = shown(CHANGES.replace("AFTER", OPTIONS).replace('"name"', '"index":INDEX,"name"'))


def instance(index: str = "0", hops: str = "1") -> str:
    return INSTANCE.replace("INDEX", index).replace("HOPS", hops)


NUMBERS = [
    "1e999",
    "-1e999",
    "1" * 5000,
    "1" * 5000 + ".5",
    "1e-999",
    "9223372036854775808",
    "1E+2",
    "-0",
    "0.1",
    "2.0",
]


@pytest.mark.parametrize("number", NUMBERS, ids=[number[:20] for number in NUMBERS])
def test_numbers_of_any_size(number: str) -> None:
    for text in (instance(hops=number), instance(index=number)):
        estate = read(text.encode())
        assert estate is not None
        assert len(estate.launches) <= 1


def test_of_keys_that_are_there_twice_the_last_counts() -> None:
    """As for Terraform's own reader."""
    text = instance().replace('"http_tokens":"required"', '"http_tokens":"required","http_tokens":"optional"')
    estate = read(text.encode())
    assert estate is not None
    (launch,) = estate.launches
    assert launch.state.value == "optional"


def test_the_same_address_twice() -> None:
    plan = json.loads(instance())
    plan["resource_changes"] *= 2
    estate = read(json.dumps(plan).encode())
    assert estate is not None
    assert [launch.address for launch in estate.launches] == ["x"]
