"""Tell from its bytes what a file is, without decoding it."""

from __future__ import annotations

import codecs
from enum import Enum

BINARY_PLAN = b"PK\x03\x04"
"""`terraform plan -out` writes a zip archive, whose members are `tfplan`, `tfstate` and the like."""

WRAPPER = b"[command]"
"""The first line that the `terraform` wrapper of GitHub's setup-terraform action puts before the output."""


class Form(Enum):
    """What the bytes of a document look like."""

    SHOWN = "terraform show -json"
    LOG = "terraform plan -json"
    STATE_FILE = "terraform.tfstate"
    BINARY = "terraform plan -out"
    WRAPPED = "output of a wrapper"


def form_of(data: bytes) -> Form | None:
    """Say what a document looks like; None if it is nothing that Terraform writes."""
    if data.startswith(BINARY_PLAN):
        return Form.BINARY if b"tfplan" in data[:4096] else None
    text = without_mark(data)
    head = text[:4096].lstrip()
    if head.startswith(WRAPPER):
        return Form.WRAPPED if b'"format_version"' in text else None
    if not head.startswith(b"{"):
        return None
    if b'"@level"' in head and b'"@message"' in head:
        return Form.LOG
    if b'"format_version"' in text and (
        b'"terraform_version"' in text or head.removeprefix(b"{").lstrip().startswith(b'"format_version"')
    ):
        return Form.SHOWN
    if b'"lineage"' in text and b'"serial"' in text and b'"terraform_version"' in text:
        return Form.STATE_FILE
    return None


def looks_like_document(data: bytes) -> bool:
    """Whether the bytes are a plan or a state, in any form that Terraform writes. Cheap, so not sure."""
    return form_of(data) is not None


def without_mark(data: bytes) -> bytes:
    """Drop a byte order mark, and recode UTF-16 (which PowerShell's `>` writes) as UTF-8; broken text stays."""
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError:
            return data
    return data
