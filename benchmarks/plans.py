"""Plan JSON: typed decoding of what matters, against msgspec's decoding of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import Figure, best

if TYPE_CHECKING:
    from collections.abc import Iterator

RESOURCES = 20_000


def plan() -> bytes:
    """A plan of many resources, most of them nothing to do with EC2."""
    import msgspec

    changes, planned = [], []
    for number in range(RESOURCES):
        kind = "aws_instance" if number % 50 == 0 else "aws_s3_object"
        after = {
            "tags": {"Name": f"r{number}", "Team": "web"},
            "bucket": "b",
            "content": "x" * 200,
            "region": "us-east-1",
        }
        if kind == "aws_instance":
            after["metadata_options"] = [{"http_tokens": "required", "http_endpoint": "enabled"}]
        resource = {"address": f"{kind}.r{number}", "mode": "managed", "type": kind, "name": f"r{number}"}
        resource["provider_name"] = "registry.terraform.io/hashicorp/aws"
        unknown = {"id": True, "arn": True}
        changes.append(
            {**resource, "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}}
        )
        planned.append({**resource, "values": after})
    return msgspec.json.encode(
        {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": {"root_module": {"resources": planned}},
            "resource_changes": changes,
            "configuration": {"provider_config": {"aws": {"name": "aws"}}, "root_module": {}},
        }
    )


def figures() -> Iterator[Figure]:
    """From the document's bytes to resources."""
    import msgspec

    from imdsguard.aws.types import wanted
    from imdsguard.terraform.documents import read_document

    data = plan()
    everything = best(lambda: msgspec.json.decode(data))
    ours = best(lambda: read_document("plan.json", data, wanted()))
    yield Figure(f"plan JSON, {len(data) / 1e6:.0f} MB", ours, "msgspec.json.decode", everything)
