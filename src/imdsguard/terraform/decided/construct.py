"""Code that another program has written: the construct that it was written from is to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.json import JsonBody
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.json_text import JsonValue
    from imdsguard.model.resource import Resource

FILE = "cdk.tf.json"


def construct_of(resource: Resource) -> str:
    """Give the path of the construct that a resource in JSON was written from; "" where none is named.

    (CDK for Terraform: each resource holds `"//": {"metadata": {"path": ...}}`)
    """
    bodies = resource.body.merged.bodies if isinstance(resource.body, SourceBody) else ()
    for body in bodies:
        value: JsonValue | None = body.value if isinstance(body, JsonBody) else None
        for name in ("//", "metadata", "path"):
            members = value.properties if value is not None else ()
            value = next((each.value for each in members if each.name == name), None)
        if value is not None and isinstance(value.content, str):
            return value.content
    return ""


def written_from(resource: Resource) -> str:
    """Name what a resource in `cdk.tf.json` was written from; "" for any other code."""
    file = resource.place.file
    if file.rpartition("/")[2] != FILE:
        return ""
    return construct_of(resource) or f"that {file} was made from"
