"""What the code says of metadata options must reach AWS.

## What it checks

Metadata options that stand in the code and change nothing:

- `metadata_options` of an `aws_spot_instance_request`: Terraform accepts the block, AWS's API has no such field;
- options of an `aws_launch_configuration` without `http_endpoint` beside them: the provider has been seen to drop them.
  Whether the newest version still does is not known, so the confidence is medium;
- options of an `aws_launch_template` without `http_endpoint = "enabled"` beside them, where the lock file or version
  constraints keep the `aws` provider at 4.58.0 or older, which drops them;
- a block in which every option is missing or null;
- `metadata_options` of an instance, a launch template or a launch configuration (those of the `awscc` provider, Image
  Builder and WorkSpaces Instances too), or any option of an `aws_ec2_instance_metadata_defaults`, under
  `ignore_changes` (or `ignore_changes = all`): it is sent when the resource is made, and an edit never again. A plan
  does not show `ignore_changes`; only the source does.

## Why

The code looks safe, reviewers and other scanners see `required`, and the instances go on answering without a token.

## Wrong

```terraform
resource "aws_spot_instance_request" "batch" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}
```

## Right

```terraform
resource "aws_instance" "batch" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  instance_market_options {
    market_type = "spot"
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}
```

## How to fix

Replace spot requests by instances with `instance_market_options`, write `http_endpoint = "enabled"` beside the other
options, and take `metadata_options` (and `all`) out of `ignore_changes`.
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import (
    Confidence,
    Estate,
    Judgement,
    Launch,
    RegionDefault,
    Severity,
    failed,
    passed,
    sentence,
    undecided,
)

SEVERITY = Severity.WARNING

CONTROLS = {"CWE (our mapping)": ("CWE-1390",)}

HELD = "an edit of {names} never reaches the account: ignore_changes covers {what}"
HELD_REMEDY = "a lifecycle block whose ignore_changes leaves the metadata options alone"


def check(estate: Estate) -> Iterable[Judgement]:
    """Judge everything that says something of metadata options."""
    for launch in estate.launches:
        yield from judge_launch(launch)
    for default in estate.region_defaults:
        yield judge_default(default)


def judge_launch(launch: Launch) -> Iterable[Judgement]:
    """Say what of a launch's settings is in vain."""
    for each in launch.delivery.ineffective:
        if each.because is not None:
            message = f"{each.why}: {sentence(each.because)}"
            yield undecided(launch, message, remedy=each.remedy, place=each.place, because=each.because)
        else:
            confidence = Confidence.HIGH if each.sure else Confidence.MEDIUM
            yield failed(launch, each.why, remedy=each.remedy, place=each.place, confidence=confidence)
    if not launch.delivery.ineffective:
        yield passed(launch)


def judge_default(default: RegionDefault) -> Judgement:
    """Say whether edits of a Region default get there."""
    ignored = default.resource.ignored
    written = [name for name, option in default.options.items() if option.place is not None]
    held = [name for name in written if name in ignored or "all" in ignored]
    if not held:
        return passed(default)
    message = HELD.format(names=" and ".join(held), what="everything" if "all" in ignored else "it")
    return failed(default, message, remedy=HELD_REMEDY, place=default.options[held[0]].place)
