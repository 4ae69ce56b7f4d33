"""What a YAML scalar means to Terraform: YAML 1.1 words, numbers of any size, timestamps as text."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.encoding import decode_base64
from imdsguard.hcl.functions.function import normalised
from imdsguard.hcl.functions.moments import Moment
from imdsguard.hcl.values.number import INFINITY, machine_int, parse_number
from imdsguard.hcl.values.value import FALSE, NULL, TRUE, Value, number, string

_PREFIX = "tag:yaml.org,2002:"
_STRING, _BINARY = _PREFIX + "str", _PREFIX + "binary"
_BOOL, _NULL = _PREFIX + "bool", _PREFIX + "null"
_INT, _FLOAT, _TIMESTAMP = _PREFIX + "int", _PREFIX + "float", _PREFIX + "timestamp"
_TAGS = (None, _STRING, _BOOL, _INT, _FLOAT, _NULL, _TIMESTAMP, _BINARY)

_BOOLS = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], TRUE),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], FALSE),
}
_WORDS = {
    **_BOOLS,
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), NULL),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), number(INFINITY)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), number(-INFINITY)),
}
_WORD_STARTS = frozenset("yYnNtTfFoO~.+-0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_MACHINE = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+)", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))"
    r"| (\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?)?",
    re.ASCII,
)


def resolve(event: Any) -> Value:
    """The value of a scalar event. Raises `EvaluationError`."""
    tag, text = event.tag, event.value
    if tag not in _TAGS:
        raise EvaluationError(f'unsupported tag "{tag}"')
    if tag not in (_STRING, _BINARY) and (not text or text[0] in _WORD_STARTS):
        if event.style in ("'", '"'):
            return string(normalised(text))
        if text in _WORDS:
            return _WORDS[text]
        found = _plain(tag, text)
        if found is not None:
            return found
    elif tag not in (_STRING, _BINARY) and event.style not in ("'", '"') and text in _WORDS:
        return _WORDS[text]
    return _tagged(tag, text)


def _plain(tag: str | None, text: str) -> Value | None:
    """A number or timestamp without a tag that says so, or None."""
    if tag is None and text in (".nan", ".NaN", ".NAN"):
        raise EvaluationError("floating point NaN is not supported")
    if text[0] == ".":
        parsed = parse_number(text)
        return None if parsed is None else number(parsed)
    if text[0] not in "+-0123456789":
        return None
    if tag in (None, _TIMESTAMP):
        moment = _timestamp(text)
        if moment is not None:
            return string(moment)
    if _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
        return _number(text, tag)
    return None


def _number(text: str, tag: str | None) -> Value:
    plain = text.replace("_", "")
    parsed = parse_number(plain)
    if parsed is not None:
        return number(parsed)
    match = _MACHINE.fullmatch(plain)
    if match is not None:
        digits = match.group(2).lower()
        octal = digits[1:] if digits[1] not in "xbo" else ""
        whole = int(octal, 8) if octal else int(digits, 0)
        if whole < 2**63 or (whole < 2**64 and not match.group(1)):
            return number(machine_int(-whole if match.group(1) == "-" else whole))
    raise EvaluationError(f'cannot parse "{text[:80]}" as {tag or _INT}')


def _tagged(tag: str | None, text: str) -> Value:
    """A scalar whose tag says what it is."""
    if tag in (None, _STRING):
        return string(normalised(text))
    if tag == _BINARY:
        decode_base64(text)
        return string(normalised(text))
    if tag == _NULL:
        return NULL
    if tag in (_INT, _FLOAT):
        return _number(text, tag)
    if tag == _BOOL and text in _BOOLS:
        return _BOOLS[text]
    moment = _timestamp(text) if tag == _TIMESTAMP else None
    if moment is None:
        raise EvaluationError(f'cannot parse "{text[:80]}" as {tag}')
    return string(moment)


def _timestamp(text: str) -> str | None:
    """A timestamp in RFC 3339, or None if the text is none."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    parts = match.groups()
    clock = parts[3:6] if parts[3] else parts[10:13]
    hour, minute, second = (int(p or 0) for p in clock)
    offset = 0
    if parts[7]:
        hours, minutes = int(parts[8]), int(parts[9])
        if hours > 23 or minutes > 59:
            return None
        offset = (hours * 3600 + minutes * 60) * (-1 if parts[7] == "-" else 1)
    try:
        days = date(int(parts[0]), int(parts[1]), int(parts[2])).toordinal() - 1
    except ValueError:
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    return Moment(seconds * 1_000_000_000, offset).rfc3339()
