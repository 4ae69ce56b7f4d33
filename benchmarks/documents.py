"""Plans as large stacks have them: modules in modules, most resources beside the point, everything said three times."""

from __future__ import annotations

from typing import Any

PROVIDER = "registry.terraform.io/hashicorp/aws"
OPTIONS = (
    "http_endpoint",
    "http_protocol_ipv6",
    "http_put_response_hop_limit",
    "http_tokens",
    "instance_metadata_tags",
)


class Plan:
    """Collects resources, module by module."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []
        self.planned: dict[str, list[dict[str, Any]]] = {}
        self.prior: dict[str, list[dict[str, Any]]] = {}
        self.blocks: dict[str, dict[str, dict[str, Any]]] = {}

    def add(
        self,
        module: str,
        kind: str,
        name: str,
        key: int | str | None,
        values: dict[str, Any],
        unknown: dict[str, Any],
        expressions: dict[str, Any],
        *,
        exists: bool = False,
        repeat: dict[str, Any] | None = None,
    ) -> None:
        """Add an instance. What `exists` stays as it is."""
        index = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
        address = f"{module}{'.' if module else ''}{kind}.{name}{index}"
        shown = {"address": address, "mode": "managed", "type": kind, "name": name, "provider_name": PROVIDER}
        if key is not None:
            shown["index"] = key  # type: ignore[assignment]
        before = {**values, **{name: f"{kind}-{name}-{key}" for name in unknown}} if exists else None
        change: dict[str, Any] = {
            "actions": ["no-op" if exists else "create"],
            "before": before,
            "after": before or values,
            "after_unknown": {} if exists else unknown,
            "before_sensitive": {"tags": {}} if exists else False,
            "after_sensitive": {"tags": {}, "tags_all": {}},
        }
        place = {"module_address": module} if module else {}
        self.changes.append({**shown, **place, "change": change})
        valued = {**shown, "schema_version": 1, "values": before or values, "sensitive_values": {"tags": {}}}
        self.planned.setdefault(module, []).append(valued)
        if exists:
            self.prior.setdefault(module, []).append(valued)
        block = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
        block.update({"provider_config_key": "aws", "expressions": expressions, "schema_version": 1, **(repeat or {})})  # type: ignore[dict-item]
        self.blocks.setdefault(module.partition("[")[0], {})[f"{kind}.{name}"] = block

    def document(self) -> bytes:
        """The plan in JSON."""
        import msgspec

        def values(modules: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
            children = [{"address": name, "resources": those} for name, those in modules.items() if name]
            return {"root_module": {"resources": modules.get("", []), "child_modules": children}}

        calls = {
            name.removeprefix("module."): {
                "source": "./m",
                "expressions": {"settings": {"references": ["var.settings"]}},
                "for_each_expression": {"references": ["var.teams"]},
                "module": {"resources": list(blocks.values()), "variables": {"settings": {}}},
            }
            for name, blocks in self.blocks.items()
            if name
        }
        root = {"resources": list(self.blocks.get("", {}).values()), "module_calls": calls, "variables": {"teams": {}}}
        provider = {"name": "aws", "full_name": PROVIDER, "expressions": {"region": {"constant_value": "us-east-1"}}}
        return msgspec.json.encode(
            {
                "format_version": "1.2",
                "terraform_version": "1.11.4",
                "variables": {"teams": {"value": ["a", "b"]}},
                "planned_values": values(self.planned),
                "resource_changes": self.changes,
                "prior_state": {"format_version": "1.0", "terraform_version": "1.11.4", "values": values(self.prior)},
                "configuration": {"provider_config": {"aws": provider}, "root_module": root},
                "relevant_attributes": [],
            }
        )


def tags(number: int) -> dict[str, str]:
    """Tags as a team gives them."""
    return {"Name": f"thing-{number}", "Team": f"team-{number % 40}", "Environment": "prod", "ManagedBy": "terraform"}


def beside_the_point(plan: Plan, module: str, number: int) -> None:
    """A queue and its policy, which exist, in a module instance."""
    statement = '{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:1:q"},'
    values = {
        "name": f"queue-{number}",
        "policy": '{"Version":"2012-10-17","Statement":[' + statement * 4 + "{}]}",
        "tags": tags(number),
        "tags_all": tags(number),
        "region": "us-east-1",
        "redrive_policy": None,
        "visibility_timeout_seconds": 30,
        "delay_seconds": 0,
        "kms_data_key_reuse_period_seconds": 300,
    }
    expressions = {
        "name": {"references": ["each.key"]},
        "policy": {"references": ["var.settings.policy", "var.settings"]},
    }
    repeat = {"for_each_expression": {"references": ["var.settings"]}}
    plan.add(
        module,
        "aws_sqs_queue",
        "this",
        f"q{number}",
        values,
        {"id": True, "arn": True},
        expressions,
        exists=True,
        repeat=repeat,
    )


def instance(plan: Plan, module: str, number: int, *, says: bool) -> None:
    """An instance to be made, which says that tokens are required or nothing of them."""
    values: dict[str, Any] = {
        "ami": "ami-0123456789abcdef0",
        "instance_type": "t3.micro",
        "tags": tags(number),
        "tags_all": tags(number),
        "region": "us-east-1",
        "user_data": "#!/bin/bash\nset -eu\nyum install -y nginx\nsystemctl enable --now nginx\n",
        "launch_template": [],
        "source_dest_check": True,
        "credit_specification": [],
    }
    unknown: dict[str, Any] = dict.fromkeys(
        ("id", "arn", "private_ip", "public_dns", "subnet_id", "root_block_device"), True
    )
    expressions: dict[str, Any] = {
        "ami": {"references": ["var.settings.ami", "var.settings"]},
        "instance_type": {"constant_value": "t3.micro"},
        "tags": {"references": ["each.key"]},
    }
    if says:
        values["metadata_options"] = [{"http_endpoint": "enabled", "http_tokens": "required"}]
        unknown["metadata_options"] = [dict.fromkeys(set(OPTIONS) - {"http_endpoint", "http_tokens"}, True)]
        expressions["metadata_options"] = [
            {"http_endpoint": {"constant_value": "enabled"}, "http_tokens": {"references": ["var.settings"]}}
        ]
    else:
        unknown["metadata_options"] = True
    name = "says" if says else "silent"
    repeat = {"for_each_expression": {"references": ["var.settings"]}}
    plan.add(module, "aws_instance", name, f"i{number}", values, unknown, expressions, repeat=repeat)


def alarm(plan: Plan, module: str, number: int) -> None:
    """An alarm on one instance, whose id is not known yet."""
    values = {
        "alarm_name": f"imds-{number}",
        "namespace": "AWS/EC2",
        "metric_name": "MetadataNoTokenRejected",
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 0,
        "evaluation_periods": 1,
        "period": 300,
        "statistic": "Sum",
        "alarm_actions": ["arn:aws:sns:us-east-1:123456789012:security"],
        "actions_enabled": True,
        "treat_missing_data": "notBreaching",
        "tags": tags(number),
        "tags_all": tags(number),
        "region": "us-east-1",
        "metric_query": [],
    }
    expressions = {
        "dimensions": {"references": ["each.value.id", "each.value"]},
        "namespace": {"constant_value": "AWS/EC2"},
        "metric_name": {"constant_value": "MetadataNoTokenRejected"},
    }
    repeat = {"for_each_expression": {"references": ["aws_instance.says"]}}
    plan.add(
        module, "aws_cloudwatch_metric_alarm", "rejected", f"i{number}", values,
        {"id": True, "arn": True, "dimensions": True}, expressions, repeat=repeat,
    )  # fmt: skip


def large(size: int) -> bytes:
    """At least `size` bytes: of a hundred resources, two matter."""
    some = 500
    fill(sample := Plan(), some)
    fill(plan := Plan(), size * some // len(sample.document()) + some // 10)
    return plan.document()


def fill(plan: Plan, count: int) -> None:
    """Add as many resources, to twenty modules with several instances each."""
    for number in range(count):
        module = f'module.stack{number % 20}["t{number // 400}"]'
        if number % 100 == 0:
            instance(plan, module, number, says=number % 200 == 0)
        elif number % 200 == 1:
            alarm(plan, module, number - 1)
        else:
            beside_the_point(plan, module, number)


def dense(launches: int) -> bytes:
    """A plan of as many instances, and an alarm for each that requires tokens."""
    plan = Plan()
    for number in range(launches):
        module = f'module.web["t{number // 100}"]'
        instance(plan, module, number, says=number % 2 == 0)
        if number % 2 == 0:
            alarm(plan, module, number)
    return plan.document()
