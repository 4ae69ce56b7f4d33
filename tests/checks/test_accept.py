"""The parameter `accept` of instance-tokens-optional: which layers may be what protects a launch."""

from __future__ import annotations

import pytest

from imdsguard import Policy, Setting, judge, load_rules, rule_files
from tests.aws.memory import estate, ref, resource

(RULE,) = load_rules(rule_files(), ["instance-tokens-optional"])

REQUIRED = [{"http_tokens": "required"}]
PROTECTED = {
    "launch": [resource("aws_instance.web", metadata_options=REQUIRED)],
    "launch_template": [
        resource("aws_launch_template.web", metadata_options=REQUIRED),
        resource("aws_instance.web", launch_template=[{"id": ref("aws_launch_template.web.id")}]),
    ],
    "region_default": [
        resource("aws_ec2_instance_metadata_defaults.all", http_tokens="required"),
        resource("aws_instance.web"),
    ],
    "ami": [
        resource("aws_ami.golden", imds_support="v2.0"),
        resource("aws_instance.web", ami=ref("aws_ami.golden.id")),
    ],
}


def verdict(resources, *accept):
    setting = Setting(parameters=RULE.parameters(accept=accept)) if accept else Setting()
    (finding,) = judge(estate(*resources), [RULE], Policy(settings={RULE.id: setting})).findings
    return finding.verdict.value


@pytest.mark.parametrize("layer", PROTECTED)
def test_every_layer_is_accepted_unless_a_policy_says_otherwise(layer):
    assert verdict(PROTECTED[layer]) == "pass"


@pytest.mark.parametrize("layer", PROTECTED)
def test_only_what_the_policy_names_is_accepted(layer):
    others = [each for each in PROTECTED if each != layer]
    assert verdict(PROTECTED[layer], layer) == "pass"
    assert verdict(PROTECTED[layer], *others) == "fail"


def test_a_disabled_endpoint_needs_no_layer():
    web = resource("aws_instance.web", metadata_options=[{"http_endpoint": "disabled"}])
    assert verdict([web], "launch_template") == "pass"
