"""What a file is, told from its first bytes."""

from __future__ import annotations

import pytest

from imdsguard.terraform.documents import looks_like_document

PLAN = '{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{}}'

DOCUMENTS = {
    "a plan": PLAN.encode(),
    "with a byte order mark": b"\xef\xbb\xbf" + PLAN.encode(),
    "from PowerShell": PLAN.encode("utf-16"),
    "sorted by jq": b'\n{\n  "configuration": {},\n  "format_version": "1.2",\n  "terraform_version": "1.11.4"\n}\n',
    "cut off": PLAN[:40].encode(),
    "an empty state": b'{"format_version":"1.0"}',
    "a log": b'{"@level":"info","@message":"Terraform 1.11.4","type":"version"}\n',
    "a state file": b'{"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "f7"}',
    "a binary plan": b"PK\x03\x04\x14\x00\x08\x00\x08\x00\x00\x00\x00\x00tfplan",
    "an encrypted state": b'{"serial":1,"lineage":"f7","meta":{},"encrypted_data":"AA==","encryption_version":"v0"}',
    "behind a wrapper": b"[command]/bin/terraform-bin show -json plan\n" + PLAN.encode(),
}
OTHERS = {
    "nothing": b"",
    "HCL": b'resource "aws_instance" "x" {}\n',
    "JSON syntax": b'{"resource": {"aws_instance": {"x": {}}}, "locals": {"terraform_version": "1"}}',
    "a list": b'["format_version", "terraform_version"]',
    "another archive": b"PK\x03\x04\x14\x00hello",
    "a package lock": b'{"lockfileVersion": 2, "serial": 1}',
}


@pytest.mark.parametrize("data", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_document_is_recognised(data: bytes) -> None:
    assert looks_like_document(data)


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS.keys())
def test_other_files_are_not_taken_for_one(data: bytes) -> None:
    assert not looks_like_document(data)
