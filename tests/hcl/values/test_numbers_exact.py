"""Terraform's numbers; the expected texts were printed by Terraform 1.11."""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.values import number
from imdsguard.hcl.values.number_text import format_number

THIRD = "0." + "3" * 154 + "5"


def parsed(text: str):
    found = number.parse_number(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("0", "0"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.10", "1.1"),
        ("1e-7", "0.0000001"),
        ("1p3", "8"),
        ("inf", "+Inf"),
        ("-0.0", "-0"),
        ("123456789.123456789123456789123456789", "123456789.123456789123456789123456789"),
        ("12345678901234567890.5", "12345678901234567890.5"),
        ("1e400", "1" + "0" * 400),
    ],
)
def test_reads_and_prints(text, printed):
    assert format_number(parsed(text)) == printed


@pytest.mark.parametrize("text", ["", " 1", "0x10", "1_000", "abc", "1e", "--1"])
def test_refuses_what_is_no_number(text):
    assert number.parse_number(text) is None


def test_computes_with_512_bits():
    assert format_number(number.divide(1, 3)) == THIRD
    assert number.multiply(number.divide(1, 3), 3) == 1
    assert number.add(parsed("0.1"), parsed("0.2")) == parsed("0.3")
    assert number.multiply(parsed("4.35"), 100) == 435
    assert number.modulo(-7, 3) == -1
    assert number.modulo(5, 0) == 5


def test_keeps_the_smaller_precision_of_functions():
    assert format_number(number.from_float(2.0**64)) == "18446744073709550000"
    assert format_number(number.divide(number.machine_int(1), number.machine_int(3))) == "0.33333333333333333334"
    assert format_number(number.divide(number.machine_int(1), 3)) == THIRD


def test_infinities():
    assert number.divide(-5, 0) == -number.INFINITY
    with pytest.raises(EvaluationError, match="zero by zero"):
        number.divide(0, 0)
    with pytest.raises(EvaluationError, match="opposing"):
        number.add(number.INFINITY, -number.INFINITY)


@pytest.mark.parametrize("text", ["1e99999999999", "1e20001", "9" * 100_001])
def test_bounds_exponents_and_digits(text):
    with pytest.raises(LimitReached):
        number.parse_number(text)


def test_bounds_products():
    huge = parsed("1e20000")
    with pytest.raises(LimitReached):
        number.multiply(huge, huge)
