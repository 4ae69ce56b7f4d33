"""An alarm that asks every minute needs instances that report every minute."""

from __future__ import annotations

import pytest

from imdsguard.model.resource import Blocks
from imdsguard.report.remedies import remedy_text
from tests.aws.memory import estate, ref, resource, unknown
from tests.aws.test_alarms import ALL, REQUIRED, query

FAST, SLOW, UNTOLD = True, False, None
ON, OFF = [{"enabled": True}], [{"enabled": False}]


def template(name="lt", **more):
    return resource(f"aws_launch_template.{name}", metadata_options=REQUIRED, **more)


def by_cloud_control(**data):
    return resource(
        "awscc_ec2_launch_template.cc", launch_template_data=[{"metadata_options": REQUIRED, **data}], name="cc"
    )


LT = [{"id": ref("aws_launch_template.lt.id"), "version": "$Latest"}]
CC = [{"launch_template_id": ref("awscc_ec2_launch_template.cc.launch_template_id"), "version": "1"}]
ELSEWHERE = [{"id": "lt-0123", "version": "$Latest"}]


def configuration(**more):
    return resource("aws_launch_configuration.lc", metadata_options=REQUIRED, **more)


def group(**more):
    return resource("aws_autoscaling_group.g", **more)


def spot_fleet(*specifications, **more):
    return resource("aws_spot_fleet_request.f", launch_specification=list(specifications), **more)


@pytest.mark.parametrize(
    ("resources", "answer"),
    [
        ([resource("aws_instance.i", monitoring=True)], FAST),
        ([resource("aws_instance.i", monitoring="true")], FAST),
        ([resource("aws_instance.i", monitoring=False)], SLOW),
        ([resource("aws_instance.i")], SLOW),
        ([resource("aws_instance.i", monitoring=unknown())], UNTOLD),
        ([template(monitoring=ON), resource("aws_instance.i", launch_template=LT)], FAST),
        ([template(monitoring=ON), resource("aws_instance.i", launch_template=LT, monitoring=False)], SLOW),
        ([template(), resource("aws_instance.i", launch_template=LT)], SLOW),
        ([resource("aws_instance.i", launch_template=ELSEWHERE)], UNTOLD),
        ([resource("aws_instance.i", launch_template=Blocks((), unknown()))], UNTOLD),
        ([resource("awscc_ec2_instance.i", monitoring=True)], FAST),
        ([resource("awscc_ec2_instance.i")], SLOW),
        ([by_cloud_control(monitoring=ON), resource("awscc_ec2_instance.i", launch_template=CC)], FAST),
        ([by_cloud_control(), resource("awscc_ec2_instance.i", launch_template=CC)], SLOW),
        ([resource("aws_spot_instance_request.s", monitoring=True)], FAST),
        ([resource("aws_spot_instance_request.s")], SLOW),
        ([template(monitoring=ON), group(launch_template=LT)], FAST),
        ([template(monitoring=OFF), group(launch_template=LT)], SLOW),
        ([template(), group(launch_template=LT)], SLOW),
        ([template(monitoring=[{"enabled": unknown()}]), group(launch_template=LT)], UNTOLD),
        ([template(monitoring=Blocks((), unknown())), group(launch_template=LT)], UNTOLD),
        ([group(launch_template=ELSEWHERE)], UNTOLD),
        ([configuration(), group(launch_configuration=ref("aws_launch_configuration.lc.name"))], FAST),
        (
            [configuration(enable_monitoring=False), group(launch_configuration=ref("aws_launch_configuration.lc.id"))],
            SLOW,
        ),
        (
            [
                resource(
                    "awscc_autoscaling_launch_configuration.c", metadata_options=REQUIRED, instance_monitoring=False
                ),
                resource(
                    "awscc_autoscaling_auto_scaling_group.g",
                    launch_configuration_name=ref("awscc_autoscaling_launch_configuration.c.launch_configuration_name"),
                ),
            ],
            SLOW,
        ),
        (
            [
                template(monitoring=ON),
                template("slow"),
                group(
                    mixed_instances_policy=[
                        {
                            "launch_template": [
                                {
                                    "launch_template_specification": LT,
                                    "override": [
                                        {"instance_type": "t3.micro"},
                                        {"launch_template_specification": [{"id": ref("aws_launch_template.slow.id")}]},
                                    ],
                                }
                            ]
                        }
                    ]
                ),
            ],
            SLOW,
        ),
        (
            [by_cloud_control(monitoring=ON), resource("awscc_autoscaling_auto_scaling_group.g", launch_template=CC)],
            FAST,
        ),
        ([by_cloud_control(), resource("awscc_autoscaling_auto_scaling_group.g", launch_template=CC)], SLOW),
        ([template(monitoring=ON), resource("aws_eks_node_group.n", launch_template=LT)], FAST),
        ([template(), resource("aws_eks_node_group.n", launch_template=LT)], SLOW),
        ([resource("aws_eks_node_group.n")], UNTOLD),
        (
            [
                template(monitoring=ON),
                resource("aws_ec2_fleet.f", launch_template_config=[{"launch_template_specification": LT}]),
            ],
            FAST,
        ),
        (
            [
                by_cloud_control(),
                resource("awscc_ec2_ec2_fleet.f", launch_template_configs=[{"launch_template_specification": CC}]),
            ],
            SLOW,
        ),
        ([spot_fleet({"ami": "ami-1", "monitoring": True})], FAST),
        ([spot_fleet({"ami": "ami-1", "monitoring": True}, {"ami": "ami-1"})], SLOW),
        (
            [
                spot_fleet(
                    {"ami": "ami-1", "monitoring": True},
                    launch_template_config=[{"launch_template_specification": ELSEWHERE}],
                )
            ],
            UNTOLD,
        ),
        (
            [template(), spot_fleet(launch_template_config=[{"launch_template_specification": LT}])],
            SLOW,
        ),
        (
            [
                resource(
                    "awscc_ec2_spot_fleet.f",
                    spot_fleet_request_config_data=[{"launch_specifications": [{"image_id": "a", "monitoring": ON}]}],
                )
            ],
            FAST,
        ),
        (
            [
                resource(
                    "awscc_ec2_spot_fleet.f",
                    spot_fleet_request_config_data=[{"launch_specifications": [{"image_id": "a"}]}],
                )
            ],
            SLOW,
        ),
        (
            [
                template(),
                resource("aws_batch_compute_environment.b", compute_resources=[{"launch_template": LT}]),
            ],
            SLOW,
        ),
    ],
)
def test_a_period_of_a_minute(resources, answer):
    (alarm,) = estate(*resources, query(ALL, period=60)).alarms
    faults = [fault for fault in alarm.faults if "300 seconds" in fault.message]
    found = [SLOW if fault.certain else UNTOLD for fault in faults] or [FAST]
    assert found == [answer]


@pytest.mark.parametrize(
    ("monitoring", "told"),
    [
        ([UNTOLD, False], ("has no data", "i1")),
        ([False, UNTOLD, False], ("has no data", "i0")),
        ([True, UNTOLD, UNTOLD], ("may miss data", "i1")),
    ],
    ids=str,
)
def test_of_several_launches_the_first_for_which_it_is_certain_is_told(monitoring, told):
    given = [unknown() if each is UNTOLD else each for each in monitoring]
    launches = [resource(f"aws_instance.i{at}", monitoring=each) for at, each in enumerate(given)]
    (alarm,) = estate(*launches, query(ALL, period=60)).alarms
    (message,) = (fault.message for fault in alarm.faults if "300 seconds" in fault.message)
    assert message.startswith(told[0])
    assert f"aws_instance.{told[1]} reports" in message


def test_the_message_and_the_remedy_name_the_launch():
    (alarm,) = estate(template(), group(launch_template=LT), query(ALL, period=60)).alarms
    (fault,) = (fault for fault in alarm.faults if "300 seconds" in fault.message)
    reports = "aws_autoscaling_group.g reports every 300 seconds (basic monitoring)"
    assert fault.message == f"has no data most of the time: its period is 60 seconds, and {reports}"
    by_template = "monitoring { enabled = true } in the launch template of aws_autoscaling_group.g"
    assert remedy_text(fault.remedy) == f"period = 300, or detailed monitoring: {by_template}"
    (alarm,) = estate(resource("aws_instance.i"), query(ALL, period=60)).alarms
    remedies = [remedy_text(fault.remedy) for fault in alarm.faults if "300 seconds" in fault.message]
    assert remedies == ["period = 300, or detailed monitoring: monitoring = true in aws_instance.i"]
