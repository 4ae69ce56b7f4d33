"""Tell from its bytes what a file is, without decoding it."""

from __future__ import annotations

from enum import Enum

BINARY_PLAN = b"PK\x03\x04"
"""`terraform plan -out` writes a zip archive, whose members are `tfplan`, `tfstate` and the like."""


class Form(Enum):
    """What the bytes of a document look like."""

    SHOWN = "terraform show -json"
    LOG = "terraform plan -json"
    STATE_FILE = "terraform.tfstate"
    ENCRYPTED = "an encrypted file of OpenTofu"
    BINARY = "terraform plan -out"


def form_of(text: bytes) -> Form | None:
    """Say what an unwrapped document looks like; None if it is nothing that Terraform writes."""
    if is_binary_plan(text):
        return Form.BINARY
    head = text[:4096].lstrip()
    if not head.startswith(b"{"):
        return None
    if b'"@level"' in head and b'"@message"' in head:
        return Form.LOG
    if b'"format_version"' in text and (
        b'"terraform_version"' in text or head.removeprefix(b"{").lstrip().startswith(b'"format_version"')
    ):
        return Form.SHOWN
    if b'"encrypted_data"' in text and b'"encryption_version"' in text:
        return Form.ENCRYPTED
    if b'"terraform_version"' in text and b'"version"' in text and b'"serial"' in text:
        return Form.STATE_FILE
    return None


def is_binary_plan(data: bytes) -> bool:
    """Whether these are the first bytes (4096 are enough) of what `terraform plan -out` writes."""
    return data.startswith(BINARY_PLAN) and b"tfplan" in data[:4096]
