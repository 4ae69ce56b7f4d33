"""What comes of requiring tokens: what breaks, and whether running instances get the change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.aws.estate import build
from imdsguard.model.consequences import Consequences, Keeps, Refresh
from imdsguard.model.environment import Stack
from imdsguard.model.resource import Action
from imdsguard.report.consequences import running, would_break
from tests.aws.memory import ref, resource, unknown

TEMPLATE = "aws_launch_template.web"
OPTIONAL = [{"http_endpoint": "enabled", "http_tokens": "optional"}]


def foreseen(*resources) -> Consequences:
    """The consequences for the last resource of a root module."""
    estate = build([(Stack("."), list(resources))])
    return estate.consequences_of(estate.launches[-1])


def template(**items):
    return resource(TEMPLATE, metadata_options=OPTIONAL, **items)


def group(version, **items):
    named = [{"id": ref(f"{TEMPLATE}.id"), **({"version": version} if version is not None else {})}]
    return resource("aws_autoscaling_group.web", launch_template=named, **items)


ROLLING = {"instance_refresh": [{"strategy": "Rolling"}]}
LATEST = ref(f"{TEMPLATE}.latest_version")
GROUPS = {
    "a refresh": (group(LATEST, **ROLLING), Refresh.INSTANCE_REFRESH, None),
    "no refresh": (group(LATEST), Refresh.NONE, Keeps.NO_REFRESH),
    "a refresh that does not start": (group("$Latest", **ROLLING), Refresh.NONE, Keeps.UNSEEN),
    "one version": (group("3", **ROLLING), Refresh.NONE, Keeps.NUMBER),
    "a default that stays": (group(None, **ROLLING), Refresh.NONE, Keeps.DEFAULT_STAYS),
    "an age that ends": (group("$Latest", max_instance_lifetime=86400), Refresh.REPLACE, None),
    "an age that is not known": (group(LATEST, max_instance_lifetime=unknown()), None, Keeps.NOT_TOLD),
    "a new root volume": (
        group(LATEST, instance_refresh=[{"strategy": "ReplaceRootVolume"}]),
        Refresh.NONE,
        Keeps.ROOT_VOLUME,
    ),
    "a part": (
        group(LATEST, instance_refresh=[{"preferences": [{"checkpoint_percentages": [25, 50]}]}]),
        Refresh.NONE,
        Keeps.IN_PART,
    ),
    "a version that is not known": (group(unknown(), **ROLLING), None, Keeps.NOT_TOLD),
    "ignored": (replace(group(LATEST, **ROLLING), ignored=("launch_template",)), Refresh.NONE, Keeps.IGNORED),
    "made by the plan": (replace(group(LATEST), action=Action.CREATE), None, Keeps.NEW),
    "made anew by the plan": (replace(group(LATEST), action=Action.REPLACE), Refresh.REPLACE, None),
}


@pytest.mark.parametrize("name", GROUPS)
def test_what_becomes_of_the_instances_of_a_group(name):
    made, refresh, keeps = GROUPS[name]
    found = foreseen(template(), made)
    assert (found.refresh, found.keeps) == (refresh, keeps)


def test_a_default_version_that_moves_is_seen_by_aws_alone():
    found = foreseen(template(update_default_version=True), group(None, **ROLLING))
    assert (found.refresh, found.keeps) == (Refresh.NONE, Keeps.UNSEEN)


def test_a_launch_configuration_is_another_one_after_a_change():
    configuration = resource("aws_launch_configuration.web", metadata_options=OPTIONAL)
    through = {"launch_configuration": ref("aws_launch_configuration.web.name")}
    assert foreseen(configuration, resource("aws_autoscaling_group.web", **through, **ROLLING)).refresh is (
        Refresh.INSTANCE_REFRESH
    )
    assert foreseen(configuration, resource("aws_autoscaling_group.web", **through)).keeps is Keeps.NO_REFRESH


DEFAULT = resource("aws_ec2_instance_metadata_defaults.all", http_tokens="required")
OTHERS = {
    "an instance": ([resource("aws_instance.web")], Refresh.IN_PLACE, None),
    "an instance with options": ([resource("aws_instance.web", metadata_options=OPTIONAL)], Refresh.IN_PLACE, None),
    "ignored options": (
        [replace(resource("aws_instance.web", metadata_options=OPTIONAL), ignored=("metadata_options",))],
        Refresh.NONE,
        Keeps.IGNORED,
    ),
    "a Region default": ([DEFAULT, resource("aws_instance.web")], Refresh.NONE, Keeps.LAUNCH_ONLY),
    "nodes": (
        [
            template(),
            resource("aws_eks_node_group.web", launch_template=[{"id": ref(f"{TEMPLATE}.id"), "version": LATEST}]),
        ],
        Refresh.REPLACE,
        None,
    ),
    "a template": ([template()], None, Keeps.NO_INSTANCES),
    "another provider's instance": ([resource("awscc_ec2_instance.web")], None, Keeps.NOT_TOLD),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_becomes_of_other_instances(name):
    resources, refresh, keeps = OTHERS[name]
    found = foreseen(*resources)
    assert (found.refresh, found.keeps) == (refresh, keeps)


CALL = "#!/bin/bash\ncurl http://169.254.169.254/latest/meta-data/\n"
FALLBACK = (
    "#!/bin/bash\nT=$(curl -X PUT http://169.254.169.254/latest/api/token "
    "-H 'X-aws-ec2-metadata-token-ttl-seconds: 60')\n"
    'curl -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/meta-data/\n'
)


def test_the_calls_of_what_it_launches_through_count_where_it_has_no_script():
    named = [{"id": ref(f"{TEMPLATE}.id"), "version": "$Latest"}]
    through = resource("aws_instance.web", launch_template=named)
    assert [call.line for call in foreseen(template(user_data=CALL), through).calls] == [2]
    own = resource("aws_instance.web", launch_template=named, user_data=FALLBACK)
    assert foreseen(template(user_data=CALL), own).calls == ()


def test_no_script_runs_where_the_endpoint_is_off():
    off = resource("aws_instance.web", user_data=CALL, metadata_options=[{"http_endpoint": "disabled"}])
    assert foreseen(off).calls == ()


DOCKER = "#!/bin/bash\ndocker run -d app\n"


@pytest.mark.parametrize(
    ("script", "hops", "cut_off"),
    [
        (DOCKER, None, True),  # one hop where nobody sets it
        (DOCKER, 1, True),
        (DOCKER, 2, False),
        (DOCKER, unknown(), None),
        ("#!/bin/bash\n", 1, False),
    ],
)
def test_containers_need_a_second_hop(script, hops, cut_off):
    options = [{"http_tokens": "optional", **({"http_put_response_hop_limit": hops} if hops is not None else {})}]
    assert foreseen(resource("aws_instance.web", user_data=script, metadata_options=options)).cut_off is cut_off


def test_it_is_told_in_words():
    code = CALL + "docker run -d app\ncurl -s https://get.example.com/x.sh | bash\n"
    found = foreseen(resource("aws_instance.web", user_data=code))
    assert would_break(found) == [
        "main.tf:1 sends no token: curl http://169.254.169.254/latest/meta-data/",
        (
            "containers with a network of their own get no token, as the hop limit is 1: its user data runs containers "
            "(docker run)"
        ),
        "code not seen: https://get.example.com/x.sh",
    ]
    assert running(found) == "get the change in place"


def test_nothing_is_told_of_what_shows_nothing():
    assert would_break(Consequences()) == ["nothing that the code shows"]
    assert running(foreseen(template(), group(LATEST))) == "keep what they have: the group has no instance_refresh"
    assert running(foreseen(template())) == "it starts none itself: ask what launches from it"
