"""Documents of `inspect`, `scan` and `readiness` made by hand: what the page of a migration is tested with."""

from __future__ import annotations

import json

from imdsguard.migration.documents import FindingsDocument, InspectDocument, ReadinessDocument, decoded

WRITTEN = {
    "optional": ("launch", "main.tf", 4),
    "required": ("launch", "main.tf", 4),
    "disabled": ("launch", "main.tf", 4),
    "unknown": ("unknown", "main.tf", 4),
}


def launch(address="aws_instance.web", state="optional", *, unset=False, trace=None, **more):
    """A launch whose tokens are written at main.tf:4, or nowhere (`unset`)."""
    source, file, line = ("service_default", None, None) if unset else WRITTEN[state]
    way = ["service default"] if unset else trace or [f"{address} (main.tf:4)"]
    option = {"value": state, "source": source, "file": file, "line": line, "trace": way}
    entry = {
        "address": address,
        "type": address.split(".")[-2],
        "kind": "launch template" if "aws_launch_template." in address else "instance",
        "state": state,
        "root": ".",
        "file": "main.tf",
        "line": 1,
        "region": "eu-west-1",
        "account": "111111111111",
        "options": {"http_tokens": option, "http_endpoint": option},
        "reason": "var.x is a variable without a value" if state == "unknown" else None,
        "boot_calls": [],
        "alarm": {"covered": state == "disabled"},
    }
    return {**entry, **more}


def inspect(*launches, **more):
    return {"schema": "imdsguard/inspect/v1", "launches": list(launches), "problems": [], "unseen": [], **more}


def findings(*found, **more):
    return {"schema": "imdsguard/findings/v1", "findings": list(found), "problems": [], "unseen": [], **more}


def finding(rule, address="aws_instance.web", **more):
    entry = {
        "rule": rule,
        "verdict": "fail",
        "severity": "error",
        "address": address,
        "message": f"{rule} says so",
        "root": ".",
        "file": "main.tf",
        "line": 9,
        "suppressed": None,
    }
    return {**entry, **more}


def readiness(*launches, **more):
    return {"schema": "imdsguard/readiness/v1", "launches": list(launches), "problems": [], **more}


def answer(verdict, address="aws_instance.web", *, calls=None, last=None, **more):
    instance = {"id": "i-1", "verdict": verdict, "calls": calls or {}, "last": last}
    return {"address": address, "verdict": verdict, "instances": [instance], **more}


def inspected(document):
    return decoded(json.dumps(document).encode(), InspectDocument)


def scanned(document):
    return decoded(json.dumps(document).encode(), FindingsDocument)


def answered(document):
    return decoded(json.dumps(document).encode(), ReadinessDocument)
