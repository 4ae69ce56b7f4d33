"""User data must not call the instance metadata service without a token.

## What it checks

What instances run at boot is read, never run: `user_data` and `user_data_base64` of instances, launch templates,
launch configurations, spot requests and spot fleets, as text, base64 or gzip, from `templatefile`, `file`, a
`template_file` or the parts of a `cloudinit_config`. In cloud-init's MIME messages and `#cloud-config` (`runcmd`,
`bootcmd`, `write_files`), and in the tags that Windows reads, it finds the scripts: shell, PowerShell, batch, Python.

- A call of `169.254.169.254`, `[fd00:ec2::254]` or `instance-data` for metadata that carries no token header fails;
  variables, functions and here-documents are followed. A header that cannot be told makes it unknown.
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

SEVERITY = Severity.WARNING

CONTROLS = {"MITRE ATT&CK (our mapping)": ("T1552.005",)}

REQUEST = 'curl -sf -X PUT http://169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60"'
HEADER = 'send the header "X-aws-ec2-metadata-token" with a token from: ' + REQUEST
REMEDY = {
    Flaw.NO_TOKEN: HEADER,
    Flaw.UNDECIDED: HEADER,
    Flaw.OLD_TOOL: "install amazon-ec2-utils 1.1 or later, or ask for the value with a token yourself",
    Flaw.OLD_SDK: "install a version that uses tokens",
}
SAYS = {
    Flaw.NO_TOKEN: "calls the metadata service without a token at boot",
    Flaw.UNDECIDED: "may call the metadata service without a token at boot, as its headers cannot be told",
    Flaw.OLD_TOOL: "runs a tool at boot that calls without a token in old versions",
    Flaw.OLD_SDK: "installs an SDK at boot that calls the metadata service without a token",
}
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
        yield undecided(launch, message, remedy=HEADER, place=found.place, because=reason)
    if not found.calls and not found.unread:
        yield passed(launch)


def judge(launch: Launch, call: MetadataCall) -> Judgement:
    """Judge one call."""
    shown = f": {shortened(call.what)}" if call.what else ""
    message = f"{SAYS[call.flaw]} ({call.script}, line {call.line}){shown}"
    remedy = REMEDY[call.flaw]
    if call.flaw is Flaw.UNDECIDED:
        return undecided(launch, message, remedy=remedy, place=call.place)
    still_works = launch.state is State.OPTIONAL or call.flaw is Flaw.OLD_TOOL
    severity = Severity.NOTE if still_works else None
    return failed(launch, message, remedy=remedy, place=call.place, severity=severity)


def shortened(text: str) -> str:
    """The text on one line, not too long to be read."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST] + "..."
