"""Images that the code makes should require tokens (IMDSv2) of the instances launched from them.

## What it checks

Every `aws_ami`, `aws_ami_copy` and `aws_ami_from_instance`. It fails if an `aws_ami` does not set
`imds_support = "v2.0"`. It passes if it does.

On the other two Terraform has no such argument, and whether they keep it from what they are made of is not documented:
made of an image in the code with `imds_support`, they are unknown; all others say nothing, and this rule neither.

## Why

An image with `imds_support = "v2.0"` makes tokens required, and the hop limit 2, on every launch that says nothing else
itself, in whatever account it is shared with. It is the weakest of the layers: `http_tokens = "optional"` at the
launch, or as the account's default, beats it. So this is a warning, and `instance-tokens-optional` says what launches
really get.

## Wrong

```terraform
resource "aws_ami" "golden" {
  name                = "golden"
  virtualization_type = "hvm"
  root_device_name    = "/dev/xvda"

  ebs_block_device {
    device_name = "/dev/xvda"
    snapshot_id = "snap-0123456789abcdef0"
  }
}
```

## Right

```terraform
resource "aws_ami" "golden" {
  name                = "golden"
  virtualization_type = "hvm"
  root_device_name    = "/dev/xvda"
  imds_support        = "v2.0"

  ebs_block_device {
    device_name = "/dev/xvda"
    snapshot_id = "snap-0123456789abcdef0"
  }
}
```

## How to fix

Add `imds_support = "v2.0"`. Terraform then registers the image anew: its id changes. It cannot be undone on an image,
and software on the image must be able to call with a token.
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import Image, Judgement, Severity, Source, because, failed, passed, undecided

SEVERITY = Severity.WARNING

CONTROLS = {"MITRE ATT&CK (our mapping)": ("T1552.005",)}

REMEDY = 'imds_support = "v2.0"'
AT_LAUNCH = 'http_tokens = "required" where instances are launched from it'


def check(image: Image) -> Iterable[Judgement]:
    """Judge an image."""
    tokens = image.tokens
    if tokens.value == "required":
        yield passed(image)
    elif not tokens.known:
        message = f"may not require tokens of the instances launched from it: {because(tokens)}"
        remedy = REMEDY if image.settable else AT_LAUNCH
        yield undecided(image, message, remedy=remedy, place=tokens.place, trace=tokens.trace, because=tokens.reason)
    elif image.settable and tokens.source is Source.SERVICE_DEFAULT:
        message = "leaves tokens optional for instances launched from it: imds_support is not set"
        yield failed(image, message, remedy=REMEDY)
