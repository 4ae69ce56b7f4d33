"""States of Terraform's, as `terraform show -json` prints them, for tests that ask about what they hold."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "123456789012"
REGION = "eu-west-1"


def resource(address: str, region: str = REGION, account: str = ACCOUNT, **values: Any) -> dict[str, Any]:
    """One resource of a state, with an ARN that tells its account and Region."""
    kind, _, name = address.rpartition(".")
    arn = f"arn:aws:ec2:{region}:{account}:thing/{name}"
    return {
        "address": address,
        "mode": "managed",
        "type": kind.rpartition(".")[2],
        "name": name.partition("[")[0],
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": {"arn": arn, **values},
    }


def instance(name: str, identifier: str, **values: Any) -> dict[str, Any]:
    return resource(f"aws_instance.{name}", id=identifier, metadata_options=[{"http_tokens": "optional"}], **values)


def state(*resources: dict[str, Any]) -> str:
    """The whole document."""
    return json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": list(resources)}}})
