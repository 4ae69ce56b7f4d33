"""Character sets by their IANA names: those that Terraform (Go's `ianaindex`) supports, and Python's codec for each."""

from __future__ import annotations

import codecs

from imdsguard.hcl.errors import LimitReached
from imdsguard.hcl.functions.function import ArgumentProblem

_CODECS = {
    "us-ascii": "ascii",
    "utf-8": "utf-8",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "euc-kr": "cp949",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "macintosh": "mac_roman",
    "ibm037": "cp037",
    "ibm437": "cp437",
    "ibm850": "cp850",
    "ibm852": "cp852",
    "ibm855": "cp855",
    "ibm00858": "cp858",
    "ibm860": "cp860",
    "ibm862": "cp862",
    "ibm863": "cp863",
    "ibm865": "cp865",
    "ibm866": "cp866",
    "ibm01140": "cp1140",
    "windows-874": "cp874",
    **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"iso-8859-{n}": f"iso8859_{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
}

_ALIASES = {
    "csutf8": "utf-8",
    "csutf16be": "utf-16be",
    "csutf16le": "utf-16le",
    "latin1": "iso-8859-1",
    "l1": "iso-8859-1",
    "iso_8859-1": "iso-8859-1",
    "iso_8859-1:1987": "iso-8859-1",
    "iso-ir-100": "iso-8859-1",
    "ibm819": "iso-8859-1",
    "cp819": "iso-8859-1",
    "csisolatin1": "iso-8859-1",
    "latin2": "iso-8859-2",
    "l2": "iso-8859-2",
    "iso_8859-2": "iso-8859-2",
    "latin-9": "iso-8859-15",
    "iso_8859-15": "iso-8859-15",
    "ms_kanji": "shift_jis",
    "csshiftjis": "shift_jis",
    "eucjp": "euc-jp",
    "extended_unix_code_packed_format_for_japanese": "euc-jp",
    "cseucpkdfmtjapanese": "euc-jp",
    "csiso2022jp": "iso-2022-jp",
    "cseuckr": "euc-kr",
    "cp936": "gbk",
    "ms936": "gbk",
    "windows-936": "gbk",
    "csbig5": "big5",
    "cskoi8r": "koi8-r",
    "mac": "macintosh",
    "csmacintosh": "macintosh",
    "cp037": "ibm037",
    "cp437": "ibm437",
    "437": "ibm437",
    "cp850": "ibm850",
    "850": "ibm850",
    "cp852": "ibm852",
    "852": "ibm852",
    "cp866": "ibm866",
    "866": "ibm866",
    "cp858": "ibm00858",
    **{f"cswindows{n}": f"windows-{n}" for n in range(1250, 1259)},
}


_WITH_MARK = ("utf-16", "csutf16")


def check(name: str) -> None:
    """Raise `ArgumentProblem` (about the second argument) if Terraform does not know a character set of that name."""
    if name.lower() not in _WITH_MARK:
        _codec(name)


def encode(text: str, name: str) -> bytes:
    """Encode a text. Raises `ArgumentProblem`, and `UnicodeError` for what the character set lacks."""
    if name.lower() in _WITH_MARK:
        return codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    data = text.encode(_codec(name))
    # Python goes back to ASCII at the end, Go does not.
    return data.removesuffix(b"~}") if name.lower() == "hz-gb-2312" else data


def decode(data: bytes, name: str) -> str:
    """Decode a text. Raises `ArgumentProblem` and `UnicodeError`."""
    if name.lower() not in _WITH_MARK:
        return data.decode(_codec(name))
    if data.startswith(codecs.BOM_UTF16_LE):
        return data[2:].decode("utf-16-le")
    return data.removeprefix(codecs.BOM_UTF16_BE).decode("utf-16-be")


def _codec(name: str) -> str:
    """Python's name of a character set."""
    wanted = _ALIASES.get(name.lower(), name.lower())
    if wanted == "ibm1047":
        raise LimitReached("the character set IBM1047 is not computed")
    if wanted not in _CODECS:
        message = f'"{name[:80]}" is not a supported IANA encoding name or alias in this Terraform version'
        raise ArgumentProblem(1, message)
    return _CODECS[wanted]
