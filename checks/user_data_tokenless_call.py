"""User data must not call the instance metadata service without a token.

## What it checks

What instances run at boot is read, never run: `user_data` and `user_data_base64` of instances, launch templates,
launch configurations, spot requests and spot fleets, as text, base64 or gzip, from `templatefile`, `file`, a
`template_file` or the parts of a `cloudinit_config`. In cloud-init's MIME messages and `#cloud-config` (`runcmd`,
`bootcmd`, `write_files`), Ignition, Bottlerocket's settings, EC2Launch v2, and the tags that Windows reads, it finds
the scripts: shell, PowerShell, batch, Python; and what they leave behind: units of systemd, tables of cron, `rc.local`,
files that are run or sourced, playbooks of Ansible. So are commands that others run there: of an `aws_ssm_document` on
the instances that an `aws_ssm_association`, or a task of a maintenance window, targets, and commands that these give a
document of AWS (`AWS-RunShellScript`); of an `aws_imagebuilder_component` where an image is built; and of provisioners
`remote-exec` of any resource, with the files that `file` puts there first, where `host` of the connection leads.

- A call of `169.254.169.254`, `[fd00:ec2::254]` or `instance-data` for metadata that carries no token header fails, and
  so does one whose token can never be valid: never set, in single quotes, asked for without PUT or a time to live.
  Variables, arrays, functions, aliases, files and wrappers of any name (`su -c`, `docker run`) are followed.
- A header that cannot be told makes it unknown, and so does a place that names the metadata service where no reader
  knows what for: an interpreter or a format that is not read. Comments and text that is only written are no calls.
- A call that is made only where no token could be had, as the second branch of a script for both versions, is a note.
- An SDK, AWS CLI or module for PowerShell pinned below the first version that uses tokens fails. Packages of the SDK
  for .NET count below 3.3, as the guide names the first version of the SDK and not those of its packages.
- `ec2-metadata` is a note: only old versions of that tool (before amazon-ec2-utils 1.1) call without a token.

It is a warning where tokens are required, or may be, and a note where they are optional: there the call still works,
and breaks on the day that tokens become required. Where the endpoint is disabled, user data never runs: nothing is
said. Containers' credentials (169.254.170.2, 169.254.170.23) are another service, and comments are no calls.
A whole line or script that is known only after apply is unknown; an unknown word within a line is not reported.

## Why

Once tokens are required, a call without one gets an error page, and `curl` without `-f` takes it for the answer:
the instance boots with an error text for its id, or without credentials. User data is where such calls are written,
and the one place where they can be found before anything is deployed.

## Wrong

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  user_data = <<-EOF
    #!/bin/bash
    id=$(curl -s http://169.254.169.254/latest/meta-data/instance-id)
  EOF

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}
```

## Right

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  user_data = <<-EOF
    #!/bin/bash
    imds=http://169.254.169.254/latest
    token=$(curl -sf -X PUT "$imds/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 60")
    id=$(curl -sf -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/instance-id")
  EOF

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}
```

## How to fix

Get a token first, and send it with every call, as in the example; it works with optional tokens, too. In PowerShell
and Python it is the same two requests. Better still, let the AWS CLI or an SDK ask. Raise pins of old SDKs.
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import Flaw, Judgement, Launch, MetadataCall, Severity, State, failed, passed, sentence, undecided

SCRIPTS = True
SEVERITY = Severity.WARNING

CONTROLS = {"MITRE ATT&CK (our mapping)": ("T1552.005",)}

REQUEST = 'curl -sf -X PUT http://169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60"'
HEADER = 'send the header "X-aws-ec2-metadata-token" with a token from: ' + REQUEST
REMEDY = {
    Flaw.NO_TOKEN: HEADER,
    Flaw.BROKEN_TOKEN: HEADER,
    Flaw.FALLBACK: "nothing breaks; drop the call without a token once tokens are required",
    Flaw.UNDECIDED: HEADER,
    Flaw.NOT_UNDERSTOOD: HEADER,
    Flaw.OLD_TOOL: "install amazon-ec2-utils 1.1 or later, or ask for the value with a token yourself",
    Flaw.OLD_SDK: "install a version that uses tokens",
}
SAYS = {
    Flaw.NO_TOKEN: "calls the metadata service without a token at boot",
    Flaw.BROKEN_TOKEN: "calls the metadata service at boot with a token that is never valid",
    Flaw.FALLBACK: "calls the metadata service without a token at boot, but only where no token could be had",
    Flaw.UNDECIDED: "may call the metadata service without a token at boot, as its headers cannot be told",
    Flaw.NOT_UNDERSTOOD: "may call the metadata service without a token at boot, in a way that is not understood",
    Flaw.OLD_TOOL: "runs a tool at boot that calls without a token in old versions",
    Flaw.OLD_SDK: "installs an SDK at boot that calls the metadata service without a token",
}
UNTOLD = (Flaw.UNDECIDED, Flaw.NOT_UNDERSTOOD)
HARMLESS = (Flaw.OLD_TOOL, Flaw.FALLBACK)
LONGEST = 100


def check(launch: Launch) -> Iterable[Judgement]:
    """Judge what a launch runs at boot."""
    if launch.state is State.DISABLED:
        return  # user data never runs (EC2 User Guide, "Configure instance metadata options for new instances")
    found = launch.user_data
    if not found.given:
        return
    for call in found.calls:
        yield judge(launch, call)
    for reason in found.unread[:1]:
        said = f"its user data cannot be read whole, {sentence(reason)}"
        message = f"may call the metadata service without a token at boot: {said}"
        yield undecided(launch, message, remedy=HEADER, place=found.place, because=reason, severity=severity_of(launch))
    for code in found.untold[:1]:
        message = f"may call the metadata service without a token in code that runs on it: {sentence(code.reason)}"
        severity = severity_of(launch)
        yield undecided(launch, message, remedy=HEADER, place=code.place, because=code.reason, severity=severity)
    if not (found.calls or found.unread or found.untold):
        yield passed(launch)


def judge(launch: Launch, call: MetadataCall) -> Judgement:
    """Judge one call."""
    shown = f": {shortened(call.what)}" if call.what else ""
    says = SAYS[call.flaw] if call.at_boot else SAYS[call.flaw].replace(" at boot", " in code that runs on it")
    message = f"{says} ({call.script}, line {call.line}){shown}"
    remedy = REMEDY[call.flaw]
    if call.flaw in UNTOLD:
        return undecided(launch, message, remedy=remedy, place=call.place, severity=severity_of(launch))
    severity = Severity.NOTE if call.flaw in HARMLESS else severity_of(launch)
    return failed(launch, message, remedy=remedy, place=call.place, severity=severity)


def severity_of(launch: Launch) -> Severity | None:
    """A note where tokens are optional, as everything still works; else what the rule or the policy says."""
    return Severity.NOTE if launch.state is State.OPTIONAL else None


def shortened(text: str) -> str:
    """The text on one line, not too long to be read."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST] + "..."
