"""What the edits of each rule are, but for those about tokens: before and after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from imdsguard import Inputs, ScanOptions, prepare, report_on
from imdsguard.fix.offer import offer
from imdsguard.fix.tree import SourceTree
from tests.fix.fixing import changed, fixes_of, write

PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n\n'
OPTIONS = '\n  metadata_options {\n    http_endpoint = "enabled"\n    http_tokens   = "required"\n  }\n}\n'
WEB = 'resource "aws_instance" "web" {\n  ami = "ami-0123456789abcdef0"\n'
SAFE = WEB + OPTIONS
TEMPLATE = 'resource "aws_launch_template" "web" {\n  name = "web"\n' + OPTIONS
TOPIC = 'resource "aws_sns_topic" "security" {\n  name = "security"\n}\n\n'
QUERY = """
  metric_query {
    id          = "refused"
    expression  = "SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\\"AWS/EC2\\", InstanceId)"
    period      = 300
    return_data = true
  }
}
"""


def group(version: str, more: str = "", reference: str = "id") -> str:
    return (
        '\nresource "aws_autoscaling_group" "web" {\n  min_size = 1\n  max_size = 1\n\n  launch_template {\n'
        f"    {reference:<7} = aws_launch_template.web.{reference}\n{version}  }}\n{more}}}\n"
    )


LATEST = "    version = aws_launch_template.web.latest_version\n"
REFRESH = '\n  instance_refresh {\n    strategy = "Rolling"\n  }\n'


def alarm(*lines: str, name: str = "refused_calls") -> str:
    return (
        f'resource "aws_cloudwatch_metric_alarm" "{name}" {{\n'
        '  alarm_name          = "refused"\n  namespace           = "AWS/EC2"\n'
        '  metric_name         = "MetadataNoTokenRejected"\n  statistic           = "Sum"\n'
        '  comparison_operator = "GreaterThanThreshold"\n  period              = 300\n'
        "  dimensions          = { InstanceId = aws_instance.web.id }\n"
        + "".join(f"  {line}\n" for line in lines)
        + "}\n"
    )


GOOD_ALARM = ("threshold           = 0", "evaluation_periods  = 1", 'treat_missing_data  = "notBreaching"')
TOLD = "alarm_actions       = [aws_sns_topic.security.arn]"


INLINE = (
    "-H X-aws-ec2-metadata-token:$(curl -sf -X PUT http://169.254.169.254/latest/api/token "
    "-H X-aws-ec2-metadata-token-ttl-seconds:21600)"
)


def script(*lines: str) -> str:
    text = "".join(f"    {line}\n" if line else "\n" for line in lines)
    return f"{WEB}\n  user_data = <<-EOT\n{text}  EOT\n{OPTIONS}"


ASKED = (
    'TOKEN=$(curl -sf -X PUT http://169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 21600")'
)
SENT = '-H "X-aws-ec2-metadata-token: $TOKEN"'

CASES: dict[str, tuple[str, Mapping[str, str], Mapping[str, str]]] = {
    "a hop limit": (
        "hop-limit-too-high",
        {"main.tf": SAFE.replace('"required"', '"required"\n    http_put_response_hop_limit = 3 # why?')},
        {"main.tf": SAFE.replace('"required"', '"required"\n    http_put_response_hop_limit = 1 # why?')},
    ),
    "a block that sets nothing": (
        "setting-never-sent",
        {"main.tf": WEB + "\n  metadata_options {\n  }\n}\n"},
        {"main.tf": SAFE},
    ),
    "an endpoint beside which the rest is sent": (
        "setting-never-sent",
        {
            "main.tf": 'resource "aws_launch_configuration" "web" {\n  image_id = "ami-1"\n\n  metadata_options {\n'
            '    http_tokens = "required"\n  }\n}\n'
        },
        {
            "main.tf": 'resource "aws_launch_configuration" "web" {\n  image_id = "ami-1"\n\n  metadata_options {\n'
            '    http_tokens   = "required"\n    http_endpoint = "enabled"\n  }\n}\n'
        },
    ),
    "what ignore_changes covers": (
        "setting-never-sent",
        {"main.tf": SAFE[:-2] + "\n  lifecycle {\n    ignore_changes = [ami, metadata_options]\n  }\n}\n"},
        {"main.tf": SAFE[:-2] + "\n  lifecycle {\n    ignore_changes = [ami]\n  }\n}\n"},
    ),
    "a version that is a number": (
        "launch-template-version-stale",
        {"main.tf": TEMPLATE + group('    version = "3"\n', REFRESH)},
        {"main.tf": TEMPLATE + group(LATEST, REFRESH)},
    ),
    "no version": (
        "launch-template-version-stale",
        {"main.tf": TEMPLATE + group("", REFRESH, "name")},
        {"main.tf": TEMPLATE + group(LATEST, REFRESH, "name")},
    ),
    "a version by name, and running instances that are kept": (
        "launch-template-version-stale",
        {"main.tf": TEMPLATE + group('    version = "$Latest"\n')},
        {"main.tf": TEMPLATE + group(LATEST, REFRESH)},
    ),
    "running instances that are kept": (
        "launch-template-version-stale",
        {"main.tf": TEMPLATE + group(LATEST)},
        {"main.tf": TEMPLATE + group(LATEST, REFRESH)},
    ),
    "a launch that does not wait for the default": (
        "region-default-missing",
        {
            "main.tf": PROVIDER + WEB + '}\n\nresource "aws_ec2_instance_metadata_defaults" "this" {\n'
            '  http_tokens = "required"\n}\n'
        },
        {
            "main.tf": PROVIDER + WEB + "\n  depends_on = [aws_ec2_instance_metadata_defaults.this]\n}\n\n"
            'resource "aws_ec2_instance_metadata_defaults" "this" {\n  http_tokens = "required"\n}\n'
        },
    ),
    "no alarm, and a topic": (
        "rejected-call-alarm-missing",
        {"main.tf": PROVIDER + TOPIC + SAFE},
        {
            "main.tf": PROVIDER + TOPIC + SAFE + '\nresource "aws_cloudwatch_metric_alarm" "imds_calls_refused" {\n'
            '  alarm_name          = "imds-calls-refused"\n  comparison_operator = "GreaterThanThreshold"\n'
            "  threshold           = 0\n  evaluation_periods  = 1\n"
            '  treat_missing_data  = "notBreaching"\n'
            "  alarm_actions       = [aws_sns_topic.security.arn]\n" + QUERY
        },
    ),
    "no alarm, and nobody to tell": (
        "rejected-call-alarm-missing",
        {"main.tf": PROVIDER + SAFE},
        {
            "main.tf": PROVIDER + SAFE + '\nvariable "imds_alarm_topic_arn" {\n'
            '  description = "The SNS topic that hears of calls that the instance metadata service refuses."\n'
            "  type        = string\n}\n\n"
            'resource "aws_cloudwatch_metric_alarm" "imds_calls_refused" {\n'
            '  alarm_name          = "imds-calls-refused"\n  comparison_operator = "GreaterThanThreshold"\n'
            "  threshold           = 0\n  evaluation_periods  = 1\n"
            '  treat_missing_data  = "notBreaching"\n'
            "  alarm_actions       = [var.imds_alarm_topic_arn]\n" + QUERY
        },
    ),
    "an alarm that waits for too much": (
        "imds-alarm-ineffective",
        {"main.tf": PROVIDER + TOPIC + SAFE + "\n" + alarm("threshold           = 5", *GOOD_ALARM[1:], TOLD)},
        {"main.tf": PROVIDER + TOPIC + SAFE + "\n" + alarm(*GOOD_ALARM, TOLD)},
    ),
    "an alarm whose unit selects nothing": (
        "imds-alarm-ineffective",
        {"main.tf": PROVIDER + TOPIC + SAFE + "\n" + alarm(*GOOD_ALARM, TOLD, 'unit                = "Seconds"')},
        {"main.tf": PROVIDER + TOPIC + SAFE + "\n" + alarm(*GOOD_ALARM, TOLD, 'unit                = "Count"')},
    ),
    "an alarm that tells nobody": (
        "imds-alarm-ineffective",
        {"main.tf": PROVIDER + TOPIC + SAFE + "\n" + alarm(*GOOD_ALARM)},
        {"main.tf": PROVIDER + TOPIC + SAFE + "\n" + alarm(*GOOD_ALARM, TOLD)},
    ),
    "curl, in a loop and a function": (
        "user-data-tokenless-call",
        {
            "main.tf": script(
                "#!/bin/bash",
                "# boot",
                "set -e",
                "",
                "id=$(curl -s http://169.254.169.254/latest/meta-data/instance-id)",
                "for part in a b; do",
                '  curl -s "http://169.254.169.254/latest/meta-data/$part" # each',
                "done",
                'get() { /usr/bin/curl -s "http://169.254.169.254/latest/$1"; }',
                "get meta-data/ami-id",
            )
        },
        {
            "main.tf": script(
                "#!/bin/bash",
                "# boot",
                "set -e",
                ASKED,
                "",
                f"id=$(curl {SENT} -s http://169.254.169.254/latest/meta-data/instance-id)",
                "for part in a b; do",
                f'  curl {SENT} -s "http://169.254.169.254/latest/meta-data/$part" # each',
                "done",
                f'get() {{ /usr/bin/curl {SENT} -s "http://169.254.169.254/latest/$1"; }}',
                "get meta-data/ami-id",
            )
        },
    ),
    "a command of cloud-config": (
        "user-data-tokenless-call",
        {
            "main.tf": script(
                "#cloud-config",
                "runcmd:",
                "  - curl -s http://169.254.169.254/latest/meta-data/ami-id > /etc/ami",
                '  - "wget -qO- http://169.254.169.254/latest/meta-data/ami-id"',
                "  - [sh, -c, 'curl http://169.254.169.254/latest/meta-data/ami-id | tee /etc/id']",
            )
        },
        {
            "main.tf": script(
                "#cloud-config",
                "runcmd:",
                f"  - curl {INLINE} -s http://169.254.169.254/latest/meta-data/ami-id > /etc/ami",
                '  - "wget --header=X-aws-ec2-metadata-token:$(wget -qO- --method=PUT '
                "--header=X-aws-ec2-metadata-token-ttl-seconds:21600 http://169.254.169.254/latest/api/token) "
                '-qO- http://169.254.169.254/latest/meta-data/ami-id"',
                f"  - [sh, -c, 'curl {INLINE} http://169.254.169.254/latest/meta-data/ami-id | tee /etc/id']",
            )
        },
    ),
    "a file that cloud-config writes": (
        "user-data-tokenless-call",
        {
            "main.tf": script(
                "#cloud-config",
                "write_files:",
                "  - path: /var/lib/cloud/scripts/per-boot/id.sh",
                "    permissions: '0755'",
                "    content: |",
                "      #!/bin/sh",
                "      curl http://169.254.169.254/latest/meta-data/ami-id",
            )
        },
        {
            "main.tf": script(
                "#cloud-config",
                "write_files:",
                "  - path: /var/lib/cloud/scripts/per-boot/id.sh",
                "    permissions: '0755'",
                "    content: |",
                "      #!/bin/sh",
                f"      {ASKED}",
                f"      curl {SENT} http://169.254.169.254/latest/meta-data/ami-id",
            )
        },
    ),
    "a script on one line": (
        "user-data-tokenless-call",
        {"main.tf": WEB + '  user_data = "#!/bin/sh\\ncurl http://169.254.169.254/latest/"\n' + OPTIONS},
        {"main.tf": WEB + f'  user_data = "#!/bin/sh\\ncurl {INLINE} http://169.254.169.254/latest/"\n' + OPTIONS},
    ),
    "a name that the script has already": (
        "user-data-tokenless-call",
        {
            "main.tf": script(
                "#!/bin/sh", "TOKEN=$(cat /etc/other)", "curl http://169.254.169.254/latest/meta-data/ami-id"
            )
        },
        {
            "main.tf": script(
                "#!/bin/sh",
                ASKED.replace("TOKEN=", "IMDS_TOKEN=", 1),
                "TOKEN=$(cat /etc/other)",
                f"curl {SENT.replace('$', '$IMDS_')} http://169.254.169.254/latest/meta-data/ami-id",
            )
        },
    ),
    "wget in a template": (
        "user-data-tokenless-call",
        {
            "main.tf": WEB + '  user_data = templatefile("boot.sh", { name = "web" })\n' + OPTIONS,
            "boot.sh": '#!/bin/sh\necho "${name}"\nwget -qO- http://169.254.169.254/latest/meta-data/ami-id\n',
        },
        {
            "boot.sh": "#!/bin/sh\nTOKEN=$(wget -qO- --method=PUT "
            '--header="X-aws-ec2-metadata-token-ttl-seconds: 21600" http://169.254.169.254/latest/api/token)\n'
            'echo "${name}"\n'
            'wget --header "X-aws-ec2-metadata-token: $TOKEN" -qO- http://169.254.169.254/latest/meta-data/ami-id\n'
        },
    ),
    "PowerShell": (
        "user-data-tokenless-call",
        {
            "main.tf": WEB + '  user_data = file("boot.ps1")\n' + OPTIONS,
            "boot.ps1": "<powershell>\r\n$id = Invoke-RestMethod -Uri "
            "http://169.254.169.254/latest/meta-data/ami-id\r\n</powershell>\r\n",
        },
        {
            "boot.ps1": "<powershell>\r\n$imdsToken = Invoke-RestMethod -Method PUT -Uri "
            "http://169.254.169.254/latest/api/token -Headers "
            '@{"X-aws-ec2-metadata-token-ttl-seconds" = "21600"}\r\n'
            '$id = Invoke-RestMethod -Headers @{"X-aws-ec2-metadata-token" = $imdsToken} -Uri '
            "http://169.254.169.254/latest/meta-data/ami-id\r\n</powershell>\r\n"
        },
    ),
    "requests": (
        "user-data-tokenless-call",
        {
            "main.tf": WEB + '  user_data = file("boot.py")\n' + OPTIONS,
            "boot.py": '#!/usr/bin/env python3\nimport requests\n\nURL = "http://169.254.169.254/latest/meta-data/"\n'
            "print(requests.get(URL, timeout=2).text)\n",
        },
        {
            "boot.py": '#!/usr/bin/env python3\nimport requests\ntoken = requests.put("http://169.254.169.254/latest/api/'
            'token", headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"}, timeout=5).text\n\n'
            'URL = "http://169.254.169.254/latest/meta-data/"\n'
            'print(requests.get(URL, headers={"X-aws-ec2-metadata-token": token}, timeout=2).text)\n'
        },
    ),
    "urllib": (
        "user-data-tokenless-call",
        {
            "main.tf": WEB + '  user_data = file("boot.py")\n' + OPTIONS,
            "boot.py": "#!/usr/bin/env python3\nimport urllib.request\n\n"
            'print(urllib.request.urlopen("http://169.254.169.254/latest/meta-data/").read())\n',
        },
        {
            "boot.py": "#!/usr/bin/env python3\nimport urllib.request\n"
            'token = urllib.request.urlopen(urllib.request.Request("http://169.254.169.254/latest/api/token", '
            'method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"}), timeout=5).read().decode()\n\n'
            'print(urllib.request.urlopen(urllib.request.Request("http://169.254.169.254/latest/meta-data/", '
            'headers={"X-aws-ec2-metadata-token": token})).read())\n'
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_before_and_after(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rule, before, after = CASES[name]
    write(tmp_path, before)
    fixes = fixes_of(rule)
    assert changed(fixes) == after, [each.reason for each in fixes.unfixed]
    write(tmp_path, dict(fixes.after))
    assert fixes_of(rule).offered == (), "nothing is left to be mended"


def test_a_call_of_a_module_is_not_made_to_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    default = 'resource "aws_ec2_instance_metadata_defaults" "this" {\n  http_tokens = "required"\n}\n'
    write(
        tmp_path,
        {"main.tf": PROVIDER + default + 'module "web" {\n  source = "./web"\n}\n', "web/main.tf": WEB + "}\n"},
    )
    (left,) = fixes_of("region-default-missing").unfixed
    waits = "depends_on = [aws_ec2_instance_metadata_defaults.this]"
    assert left.reason == f"the block of module.web would have to wait, with {waits}: all that is in it waits then"
    assert left.finding.remedy == f"in the block of module.web\n{waits}"


def into(folder: str) -> tuple[dict[str, str], list[str]]:
    config = prepare("baseline", ScanOptions())
    tree = SourceTree(["."], Inputs(), config)
    fixes = offer(
        tree, report_on(tree.reading, config).findings, unsafe=True, rules=("region-default-missing",), into=folder
    )
    return changed(fixes), [each.reason for each in fixes.unfixed]


def test_a_default_goes_into_the_root_module_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    west = 'provider "aws" {\n  alias  = "west"\n  region = "us-west-2"\n}\n\n'
    here = PROVIDER + west + SAFE + SAFE.replace('"web"', '"other"').replace("ami =", "provider = aws.west\n  ami =")
    write(tmp_path, {"a/main.tf": here, "b/main.tf": PROVIDER + SAFE})
    text, reasons = into("a")
    assert text == {
        "a/main.tf": here
        + '\nresource "aws_ec2_instance_metadata_defaults" "this" {\n  http_tokens = "required"\n}\n'
        + '\nresource "aws_ec2_instance_metadata_defaults" "west" {\n  provider    = aws.west\n'
        + '  http_tokens = "required"\n}\n'
    }
    assert reasons == ["--into names another root module than b"]


@pytest.mark.parametrize(
    ("constraint", "has_it"),
    [("~> 5.0", True), (">= 4.0", True), ("~> 4.0", False), ("5.42.0", False), ("~> 5.42.0", False), ("< 5.43", False)],
)
def test_a_default_needs_a_provider_that_has_it(
    constraint: str, has_it: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pin = f'{{\n      source  = "hashicorp/aws"\n      version = "{constraint}"\n    }}'
    write(
        tmp_path, {"main.tf": f"terraform {{\n  required_providers {{\n    aws = {pin}\n  }}\n}}\n\n" + PROVIDER + SAFE}
    )
    text, reasons = into(".")
    assert bool(text) is has_it, reasons
    assert has_it or "is older than 5.43" in reasons[0]
