"""Addresses taken apart and put together."""

from __future__ import annotations

import pytest

from imdsguard.terraform.documents.addresses import AddressIndex, module_path, steps_of, written


@pytest.mark.parametrize(
    ("address", "steps"),
    [
        ("aws_instance.web", ("aws_instance", "web")),
        ("aws_instance.web[0].id", ("aws_instance", "web", 0, "id")),
        ('aws_instance.web["a.b[0]"].id', ("aws_instance", "web", AddressIndex("a.b[0]"), "id")),
        ('data.aws_ami.x["q\\"\\\\\\n\\u00e9"]', ("data", "aws_ami", "x", AddressIndex('q"\\\né'))),
        ('each.value["k"]', ("each", "value", AddressIndex("k"))),
        ("module.m.out.0", ("module", "m", "out", 0)),
        ("größe.ß-1", ("größe", "ß-1")),
        ("aws_instance.web[*].id", ("aws_instance", "web")),
        ("", ()),
    ],
)
def test_steps_of_an_address(address: str, steps: tuple[object, ...]) -> None:
    assert steps_of(address) == steps


def test_a_key_is_not_a_name() -> None:
    assert [type(step) for step in steps_of('x.id["id"]')] == [str, str, AddressIndex]


@pytest.mark.parametrize("key", [None, 0, 12, "a", 'quo"ted', "back\\slash", "${x}", "%{x}", "line\nbreak", "ü"])
def test_a_key_is_written_as_it_is_read(key: str | int | None) -> None:
    assert module_path(f"module.m{written(key)}.module.n") == (("m", key), ("n", None))


def test_the_root_module_has_no_path() -> None:
    assert module_path("") == ()
