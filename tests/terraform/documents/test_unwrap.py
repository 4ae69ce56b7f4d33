"""What programs put around a plan is taken off: the same answer comes out as for the plan itself."""

from __future__ import annotations

import codecs
import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.terraform.documents import documents_in, looks_like_document, read_document
from imdsguard.terraform.documents.unwrap import UnwrapError, unwrap

from .conftest import FIXTURES, WANTED

PLAN = (FIXTURES / "nothing-set" / "plan.json").read_bytes()
TEXT = PLAN.decode()


def wrapped(plan: str) -> bytes:
    """As setup-terraform's wrapper writes it, in its releases that put the command before the output."""
    again = plan.replace("%", "%25").replace("\n", "%0A")
    lines = [
        "[command]/home/runner/_temp/7d0/terraform-bin show -json tfplan",
        plan.rstrip("\n"),
        "",
        "::debug::Terraform exited with code 0.",
        f"::debug::stdout: {again}",
        "::debug::stderr: ",
        "::debug::exitcode: 0",
        f"::set-output name=stdout::{again}",
        "::set-output name=stderr::",
        "::set-output name=exitcode::0",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


AROUND: dict[str, Callable[[str], bytes]] = {
    "nothing": str.encode,
    "a byte order mark": lambda plan: codecs.BOM_UTF8 + plan.encode(),
    "PowerShell's redirection": lambda plan: codecs.BOM_UTF16_LE + plan.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16, the big end first": lambda plan: codecs.BOM_UTF16_BE + plan.encode("utf-16-be"),
    "UTF-16 without a mark": lambda plan: plan.encode("utf-16-le"),
    "UTF-16 without a mark, the big end first": lambda plan: plan.encode("utf-16-be"),
    "setup-terraform's wrapper": wrapped,
    "a wrapper on Windows": lambda plan: wrapped(plan).replace(b"\n", b"\r\n"),
    "a wrapper that says nothing before": lambda plan: wrapped(plan).partition(b"\n")[2],
    "a wrapper that says nothing behind": lambda plan: wrapped(plan).partition(b"\n\n")[0],
    "a wrapper in a debugging run": lambda plan: b"::debug::terraform-bin\n" + plan.encode(),
    "a wrapper and PowerShell": lambda plan: codecs.BOM_UTF16_LE + wrapped(plan).decode().encode("utf-16-le"),
    "gzip": lambda plan: gzip.compress(plan.encode()),
    "gzip in two parts": lambda plan: gzip.compress(plan[:100].encode()) + gzip.compress(plan[100:].encode()),
    "gzip and zeros behind it": lambda plan: gzip.compress(plan.encode()) + b"\0" * 512,
    "gzip of what PowerShell wrote": lambda plan: gzip.compress(codecs.BOM_UTF16_LE + plan.encode("utf-16-le")),
    "gzip of what a wrapper wrote": lambda plan: gzip.compress(wrapped(plan)),
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND.keys())
def test_what_is_around_a_plan_changes_nothing(around: Callable[[str], bytes]) -> None:
    plain, problems = read_document("plan.json", PLAN, WANTED)
    assert plain.resources
    assert problems == ()
    found, problems = read_document("plan.json", around(TEXT), WANTED)
    assert problems == ()
    assert [r.address for r in found.resources] == [r.address for r in plain.resources]
    assert looks_like_document(around(TEXT))


def test_a_plan_that_jq_has_laid_out_keeps_its_lines_behind_a_wrapper() -> None:
    laid_out = TEXT.replace('{"', '{\n"')
    assert unwrap(wrapped(laid_out)).rstrip() == laid_out.rstrip().encode()


SPOILT = {
    "gzip that is cut off": (gzip.compress(PLAN)[:-20], "the gzip file is cut off"),
    "gzip that is broken": (gzip.compress(PLAN)[:200] + b"\xff" * 200, "the gzip file is broken: "),
    "gzip of a plan that is cut off": (gzip.compress(PLAN[:500]), "the document is cut off"),
    "UTF-16 that is cut off": (TEXT.encode("utf-16")[:-1], "the document is UTF-16 and cut off or broken"),
    "a wrapper around an error": (
        b'[command]terraform-bin show -json x\n{"format_version":\n::debug::exit 1\n',
        "the document is cut off",
    ),
}


@pytest.mark.parametrize(("data", "message"), SPOILT.values(), ids=SPOILT.keys())
def test_what_cannot_be_taken_off_is_said(data: bytes, message: str) -> None:
    ((root, (problem,)),) = documents_in("plan.json", data, WANTED)
    assert root.resources == ()
    assert problem.message.startswith(message)
    assert problem.remedy


@pytest.mark.slow
def test_a_bomb_that_looks_like_a_plan_is_refused() -> None:
    bomb = zlib.compressobj(9, wbits=31)
    space = b" " * 2**20
    data = bomb.compress(b'{"format_version":"1.2","terraform_version":"1"') + b"".join(
        bomb.compress(space) for _ in range(600)
    )
    data += bomb.flush()
    assert len(data) < 1_000_000
    with pytest.raises(UnwrapError, match="the gzip file holds more than 512 MB"):
        unwrap(data)


def test_a_bomb_of_anything_else_is_not_even_unpacked() -> None:
    bomb = gzip.compress(b"\x00" * 2**27, 9)
    tracemalloc.start()
    try:
        assert documents_in("bomb.gz", bomb, WANTED) == []
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2**24


def test_a_bomb_in_a_bomb_is_no_document() -> None:
    assert documents_in("bomb.gz", gzip.compress(gzip.compress(PLAN)), WANTED) == []


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b\x08", b"\xff\xfe", b"{\0", b"[command]", b"::", b"{"]))
def test_any_bytes_are_borne(data: bytes, begin: bytes) -> None:
    found = documents_in("x", begin + data, WANTED)
    assert all(problems or not root.resources for root, problems in found)
