"""Code that another program has written: the construct that it was written from is to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.json import JsonBody
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.json_text import JsonValue
    from imdsguard.model.finding import Finding


def construct_of(finding: Finding) -> str:
    """Give the construct's path of a resource in `cdk.tf.json`, or that file's name; "" for any other code.

    (CDK for Terraform: each resource holds `"//": {"metadata": {"path": ...}}`)
    """
    resource = finding.resource
    file = resource.place.file if resource is not None else ""
    if resource is None or file.rpartition("/")[2] != "cdk.tf.json":
        return ""
    bodies = resource.body.merged.bodies if isinstance(resource.body, SourceBody) else ()
    for body in bodies:
        value: JsonValue | None = body.value if isinstance(body, JsonBody) else None
        for name in ("//", "metadata", "path"):
            members = value.properties if value is not None else ()
            value = next((each.value for each in members if each.name == name), None)
        if value is not None and isinstance(value.content, str):
            return value.content
    return f"that {file} was made from"
