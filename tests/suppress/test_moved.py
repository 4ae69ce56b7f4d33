"""Addresses that Terraform goes on with under another name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from imdsguard.model.finding import Verdict
from imdsguard.model.place import Place
from imdsguard.model.severity import Severity
from imdsguard.suppress.baseline_match import BaselineEntry
from imdsguard.suppress.moved import MOST, follow, moves_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.resource import Resource


def resource(address: str, module: str = "") -> Resource:
    """In `main.tf`, or in the folder of its module, which is called from there."""
    names = [part for part in module.split(".") if part != "module"]
    files = ["main.tf", *(f"{name.partition('[')[0]}/main.tf" for name in names)]
    *calls, place = (Place(file, 1, 1) for file in files)
    made = SimpleNamespace(address=address, module=module, calls=tuple(calls), place=place)
    return cast("Resource", made)


def block(before: str, after: str) -> str:
    return f"moved {{\n  from = {before}\n  to   = {after} # as agreed\n}}\n"


def moved(address: str, *today: Resource, **files: str) -> str:
    texts = {f"{name.replace('__', '/')}.tf": text.encode() for name, text in files.items()}
    return moves_of(today, texts, texts.__getitem__)(address)


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("aws_instance.a", "aws_instance.b", "aws_instance.a", "aws_instance.b"),
        ("aws_instance.a", "aws_instance.b", 'aws_instance.a["x"]', 'aws_instance.b["x"]'),
        ("aws_instance.a", 'aws_instance.a["x"]', "aws_instance.a", 'aws_instance.a["x"]'),
        ("aws_instance.a[0]", 'aws_instance.a["x"]', "aws_instance.a[0]", 'aws_instance.a["x"]'),
        ("aws_instance.a", "module.m.aws_instance.a", "aws_instance.a", "module.m.aws_instance.a"),
        ("module.m.aws_instance.a", "aws_instance.b", "module.m.aws_instance.a", "aws_instance.b"),
        ("module.old", "module.m", "module.old.aws_instance.a[1]", "module.m.aws_instance.a[1]"),
        ("module.old", "module.m", 'module.old["k.l"].aws_instance.a', 'module.m["k.l"].aws_instance.a'),
        ("module.old", 'module.m["x"]', "module.old.module.n.aws_instance.a", 'module.m["x"].module.n.aws_instance.a'),
        ("aws_spot_instance_request.a", "aws_instance.a", "aws_spot_instance_request.a", "aws_instance.a"),
    ],
)
def test_what_a_block_moves(before: str, after: str, old: str, new: str) -> None:
    assert moved(old, resource("aws_instance.other"), resource(new), main=block(before, after)) == new


@pytest.mark.parametrize(
    ("before", "after", "old"),
    [
        ("aws_instance.a[0]", "aws_instance.b", "aws_instance.a[1]"),
        ("aws_instance.a", 'aws_instance.b["x"]', "aws_instance.a[1]"),
        ("aws_instance.a", "aws_instance.b", "module.m.aws_instance.a"),
        ("aws_instance.a", "module.m", "aws_instance.a"),
        ("var.a", "aws_instance.b[", "aws_instance.a"),
        ('"aws_instance.a', "aws_instance.b", "aws_instance.a"),
    ],
)
def test_what_a_block_does_not_move(before: str, after: str, old: str) -> None:
    assert moved(old, resource("aws_instance.b"), main=block(before, after)) == old


def test_blocks_of_a_module_move_what_is_in_its_instances() -> None:
    new = resource('module.m["x"].aws_instance.b', 'module.m["x"]')
    inside = block("aws_instance.a", "aws_instance.b")
    assert moved('module.m["x"].aws_instance.a', new, m__main=inside, main="") == new.address
    assert moved('module.m["y"].aws_instance.a', new, m__main=inside, main="") == 'module.m["y"].aws_instance.a'
    assert moved("aws_instance.a", new, m__main=inside, main="") == "aws_instance.a"
    outside = block("module.old", "module.m")
    assert moved('module.old["x"].aws_instance.a', new, m__main=inside, main=outside) == new.address, "one by the other"


def test_a_chain_ends() -> None:
    chain = "".join(block(f"aws_instance.a{n}", f"aws_instance.a{n + 1}") for n in range(4))
    assert moved("aws_instance.a0", resource("aws_instance.a4"), main=chain) == "aws_instance.a4"
    circle = block("aws_instance.a", "aws_instance.b") + block("aws_instance.b", "aws_instance.a")
    assert moved("aws_instance.a", resource("aws_instance.c"), main=circle).startswith("aws_instance.")


def test_count_moves_by_itself() -> None:
    assert moved("aws_instance.a", resource("aws_instance.a[0]")) == "aws_instance.a[0]"
    assert moved("aws_instance.a[0]", resource("aws_instance.a")) == "aws_instance.a"
    assert moved("aws_instance.a[1]", resource("aws_instance.a")) == "aws_instance.a[1]"


def test_json_syntax() -> None:
    text = '{"moved": [{"from": "aws_instance.a[\\"x\\"]", "to": "aws_instance.b"}]}'
    rename = moves_of([resource("aws_instance.b")], ["main.tf.json"], lambda _: text.encode())
    assert rename('aws_instance.a["x"]') == "aws_instance.b"


@pytest.mark.parametrize(("before", "after"), [("", "aws_instance.b"), ("aws_instance.a", "")])
def test_half_a_block_moves_nothing(before: str, after: str) -> None:
    text = f'{{"moved": [{{"from": "{before}", "to": "{after}"}}]}}'
    rename = moves_of([resource("aws_instance.b")], ["main.tf.json"], lambda _: text.encode())
    assert rename("aws_instance.a") == "aws_instance.a"


@pytest.mark.parametrize("text", ["from = aws_instance.a", "to = aws_instance.b", ""])
def test_a_block_without_an_end_moves_nothing(text: str) -> None:
    assert moved("aws_instance.a", resource("aws_instance.b"), main=f"moved {{\n{text}\n}}\n") == "aws_instance.a"


def test_what_cannot_be_read_moves_nothing_and_more_than_most_neither() -> None:
    def gone(_: str) -> bytes:
        raise OSError

    assert moves_of([resource("aws_instance.b")], ["main.tf"], gone)("aws_instance.a") == "aws_instance.a"
    many = block("aws_instance.x", "aws_instance.y") * MOST + block("aws_instance.a", "aws_instance.b")
    assert moved("aws_instance.a", resource("aws_instance.b"), main=many) == "aws_instance.a"
    most = many.removeprefix(block("aws_instance.x", "aws_instance.y"))
    assert moved("aws_instance.a", resource("aws_instance.b"), main=most) == "aws_instance.b"


def test_an_instance_in_an_instance_of_a_module_keeps_its_key() -> None:
    new = resource('module.m["x"].aws_instance.b["k"]', 'module.m["x"]')
    inside = block("aws_instance.a", "aws_instance.b")
    assert moved('module.m["x"].aws_instance.a["k"]', new, m__main=inside, main="") == new.address


@pytest.mark.parametrize("text", ["exemption of tokens for aws_instance.a", "aws_instance.a.", "", "main.tf"])
def test_what_is_no_address_stays_as_it_is(text: str) -> None:
    assert moved(text, resource("aws_instance.b"), main=block("aws_instance.a", "aws_instance.b")) == text


def test_a_block_counts_in_the_module_whose_folder_it_stands_in() -> None:
    today = [resource(f"module.{name}.aws_instance.b", f"module.{name}") for name in ("m", "n")]
    files = {"m__main": block("aws_instance.a", "aws_instance.b")}
    assert moved("module.m.aws_instance.a", *today, **files) == "module.m.aws_instance.b"
    assert moved("module.n.aws_instance.a", *today, **files) == "module.n.aws_instance.a"


def entry(address: str, root: str = ".") -> BaselineEntry:
    return BaselineEntry("tokens", root, address, None, Verdict.FAIL, Severity.ERROR)


@pytest.mark.parametrize(
    ("address", "followed"),
    [
        ("aws_instance.a", "aws_instance.b"),  # moved
        ("aws_instance.b", "aws_instance.b"),  # there today
        ("aws_instance.gone", "aws_instance.gone"),  # moved to what is not there
        ("aws_instance.other", "aws_instance.other"),  # nothing moves it
    ],
)
def test_an_entry_goes_on_under_the_address_of_today(address: str, followed: str) -> None:
    names = {"aws_instance.a": "aws_instance.b", "aws_instance.b": "aws_instance.c", "aws_instance.gone": "x.y"}
    there = {(".", "aws_instance.b"), (".", "aws_instance.c")}
    assert follow([entry(address)], there, lambda _: lambda old: names.get(old, old)) == [entry(followed)]


def test_each_entry_is_followed_in_its_own_root_module() -> None:
    entries = [entry("aws_instance.a"), entry("aws_instance.a", "stacks/web")]
    asked: list[str] = []

    def moves(root: str) -> Callable[[str], str]:
        asked.append(root)
        return lambda _: "aws_instance.b"

    found = follow(entries, {(".", "aws_instance.a"), ("stacks/web", "aws_instance.b")}, moves)
    assert (asked, found) == (["stacks/web"], [entry("aws_instance.a"), entry("aws_instance.b", "stacks/web")])
