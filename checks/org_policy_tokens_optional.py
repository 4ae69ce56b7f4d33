"""A policy of the organisation about tokens (IMDSv2) must do what it looks like.

## What it checks

`aws_organizations_policy`, and its twin of the `awscc` provider, as far as it speaks of tokens; no other policy.

A declarative policy for EC2 fails if it sets `http_tokens` to anything but `required` (`no_preference` is written with
an underscore here, and protects nobody), writes the key or `@@assign` wrong, sets other metadata defaults without it,
or has another `type`.

A service control policy fails if none of its statements about tokens can work: if it allows in place of denying, does
not cover `ec2:RunInstances` on instances, uses a condition key that EC2 does not have, or compares it in a way that
lets optional tokens through. A policy that denies role credentials fetched by IMDSv1 (`ec2:RoleDelivery`) passes.

A policy that would work, but that nothing in the code attaches, is a warning: it holds for no account. Policies are
read from `jsonencode`, heredocs, files and `data.aws_iam_policy_document`. Which accounts a policy reaches is not in
the code, so no launch counts as protected by it.

## Why

Such a policy is the one thing that stops everybody in an organisation. One with a misspelt word is accepted and
does nothing, and everybody believes in it; a declarative `optional` even undoes images that require tokens.

## Wrong

```terraform
resource "aws_organizations_policy" "metadata" {
  name = "metadata"
  type = "DECLARATIVE_POLICY_EC2"

  content = jsonencode({
    ec2_attributes = {
      instance_metadata_defaults = {
        http_tokens = { "@@assign" = "no-preference" }
      }
    }
  })
}
```

## Right

```terraform
resource "aws_organizations_policy" "metadata" {
  name = "metadata"
  type = "DECLARATIVE_POLICY_EC2"

  content = jsonencode({
    ec2_attributes = {
      instance_metadata_defaults = {
        http_tokens = { "@@assign" = "required" }
      }
    }
  })
}

resource "aws_organizations_policy_attachment" "metadata" {
  policy_id = aws_organizations_policy.metadata.id
  target_id = "r-ab12"
}
```

## How to fix

Write `"http_tokens": {"@@assign": "required"}` into the declarative policy. In a service control policy, deny
`ec2:RunInstances` on `arn:aws:ec2:*:*:instance/*` where `StringNotEquals` finds `ec2:MetadataHttpTokens` other than
`required`. Attach it with an `aws_organizations_policy_attachment`, first to an account where you can see what breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from imdsguard import (
    Condition,
    Confidence,
    Judgement,
    OrganizationPolicy,
    Reason,
    ReasonKind,
    Severity,
    Statement,
    failed,
    passed,
    sentence,
    undecided,
)

SEVERITY = Severity.ERROR

CONTROLS = {"MITRE ATT&CK (our mapping)": ("T1552.005",)}

DECLARATIVE = "DECLARATIVE_POLICY_EC2"
CONTROL = "SERVICE_CONTROL_POLICY"

ASSIGN = '"http_tokens": {"@@assign": "required"}'
DENY = """{
  "Effect": "Deny",
  "Action": "ec2:RunInstances",
  "Resource": "arn:aws:ec2:*:*:instance/*",
  "Condition": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
}"""
ATTACH = 'resource "aws_organizations_policy_attachment" "this" {{\n  policy_id = {address}.id\n  target_id = ...\n}}'

LAUNCH_KEY = "ec2:metadatahttptokens"
MODIFY_KEY = "ec2:attribute/httptokens"
DELIVERY_KEY = "ec2:roledelivery"
LAUNCHES = ("ec2:runinstances",)
CHANGES = ("ec2:modifyinstancemetadataoptions", "ec2:modifyinstancemetadatadefaults")
INSTANCES = tuple(
    f"arn:{partition}:ec2:eu-west-1:111122223333:instance/i-0" for partition in ("aws", "aws-cn", "aws-us-gov")
)

ABOUT_TOKENS = re.compile(r"http_?-?tokens(?!enforced)|metadata_?-?(?:options|tokens)|imdsv[12]|roledelivery", re.I)


@dataclass(frozen=True)
class Fault:
    """Why a policy does not do what it looks like; `sure` is false where it may do it all the same."""

    message: str
    sure: bool = True


def check(policy: OrganizationPolicy) -> Iterable[Judgement]:
    """Judge a policy that speaks of tokens."""
    bare = not policy.statements and policy.unreadable is None  # declarative content that sets nothing
    declarative = policy.type == DECLARATIVE or bool(policy.defaults) or bare
    remedy = ASSIGN if declarative else DENY
    if policy.unreadable is not None:
        message = f"may leave tokens optional: its content cannot be computed ({sentence(policy.unreadable)})"
        found = undecided(policy, message, remedy=remedy, place=policy.place, because=policy.unreadable)
        yield replace(found, severity=Severity.NOTE)
        return
    fault = declarative_fault(policy) if declarative else control_fault(policy)
    if fault is not None:
        judge = failed if fault.sure else undecided
        place = policy.statements[0].place if len(policy.statements) == 1 else policy.place
        yield judge(policy, fault.message, remedy=remedy, place=place, trace=policy.trace)
    elif policy.attached:
        yield passed(policy)
    elif policy.attached is None:
        reason = Reason(ReasonKind.NOT_COMPUTED, "whether the code attaches it")
        message = f"may hold for no account: {sentence(reason)}"
        yield undecided(policy, message, remedy=ATTACH.format(address=policy.address), because=reason)
    else:
        message = "holds for no account, as nothing in the code attaches it"
        yield failed(
            policy,
            message,
            remedy=ATTACH.format(address=policy.address),
            confidence=Confidence.MEDIUM,
            severity=Severity.WARNING,
        )


def declarative_fault(policy: OrganizationPolicy) -> Fault | None:
    """Find what is wrong with a declarative policy's `instance_metadata_defaults`."""
    if policy.type != DECLARATIVE:
        said = f"its type is {policy.type}" if policy.type else "its type cannot be computed"
        return Fault(f"is no declarative policy, although its content is one: {said}", sure=bool(policy.type))
    tokens = policy.defaults.get("http_tokens")
    if tokens is None:
        for key in policy.defaults:
            if re.sub(r"[^a-z]", "", key.lower()) == "httptokens":
                return Fault(f'sets no tokens: the key "{key}" must be written "http_tokens"')
        if policy.defaults.get("http_tokens_enforced") == "enabled":
            return Fault("refuses launches without tokens, but makes no launch require them: http_tokens is not set")
        return Fault("sets defaults for metadata options, but not http_tokens, so tokens stay optional")
    if tokens == "required":
        return None
    if not tokens:
        return Fault('sets no tokens: the value of http_tokens must be given as {"@@assign": ...}')
    if tokens == "optional":
        return Fault("makes tokens optional by default in every account it holds for, whatever the image says")
    if tokens == "no_preference":
        return Fault('has no preference about tokens (http_tokens is "no_preference"), so it protects no launch')
    return Fault(f'sets http_tokens to "{tokens[:40]}", which is none of required, optional and no_preference')


def control_fault(policy: OrganizationPolicy) -> Fault | None:
    """Find what keeps every statement about tokens from working; None if one works."""
    if policy.type != CONTROL:
        said = (
            f"policies of type {policy.type} do not govern launches" if policy.type else "its type cannot be computed"
        )
        return Fault(f"keeps nobody from launching with optional tokens: {said}", sure=bool(policy.type))
    faults = [fault_of(statement) for statement in policy.statements]
    if None in faults:
        return None
    found = [fault for fault in faults if fault is not None]
    return next((fault for fault in found if not fault.sure), found[0])


def fault_of(statement: Statement) -> Fault | None:
    """Find what keeps one statement from working."""
    if statement.unsure is not None:
        return Fault(
            f"may not do what it looks like: a part of it cannot be computed ({sentence(statement.unsure)})", sure=False
        )
    if statement.effect != "Deny":
        effect = statement.effect or "nothing"
        return Fault(
            f"keeps nobody from launching with optional tokens: its effect is {effect[:20]}, and only Deny denies"
        )
    about = [condition for condition in statement.conditions if ABOUT_TOKENS.search(condition.key)]
    for condition in about:
        found = condition_fault(condition, statement)
        if found is not None:
            return found
    return None


def condition_fault(condition: Condition, statement: Statement) -> Fault | None:
    """Find what is wrong with one test about tokens."""
    key = condition.key.lower()
    if key == DELIVERY_KEY:
        return delivery_fault(condition)
    if key not in (LAUNCH_KEY, MODIFY_KEY):
        return Fault(f"tests {condition.key[:60]}, which EC2 does not have: the key is ec2:MetadataHttpTokens")
    actions = LAUNCHES if key == LAUNCH_KEY else CHANGES
    if not any(acts_on(statement, action) for action in actions):
        return Fault(f"never applies: {condition.key} is known to {' and '.join(NAMES[key])} only")
    if key == LAUNCH_KEY and not reaches_instances(statement):
        return Fault("never applies: its resources are not instances, and only for those EC2 tells the tokens")
    return comparison_fault(condition)


NAMES = {LAUNCH_KEY: ("ec2:RunInstances",), MODIFY_KEY: ("ec2:ModifyInstanceMetadataOptions",)}


def delivery_fault(condition: Condition) -> Fault | None:
    """Find what is wrong with a test of the version by which role credentials were fetched."""
    operator = condition.operator.lower().removesuffix("ifexists")
    if operator == "numericlessthan" and condition.values in (("2.0",), ("2",)):
        return None
    return Fault(f'does not tell IMDSv1 from IMDSv2: {condition.key} needs {{"NumericLessThan": "2.0"}}')


def comparison_fault(condition: Condition) -> Fault | None:
    """Find launches with optional tokens that the comparison lets through."""
    name = condition.operator.rpartition(":")[2]
    operator = name.lower().removesuffix("ifexists")
    values = condition.values
    if operator in ("stringnotequals", "stringnotlike", "stringnotequalsignorecase"):
        if operator == "stringnotequalsignorecase":
            values = tuple(value.lower() for value in values)
        others = [value for value in values if value != "required"]
        if not others and values:
            return (
                None if condition.operator == name else Fault(SET_OPERATOR.format(condition.operator[:40]), sure=False)
            )
        if values and "required" not in values and "optional" not in values and "*" not in "".join(values):
            return Fault(f'denies every launch: "{others[0][:40]}" is no value of tokens, and case matters')
        return Fault("lets launches with optional tokens through: it must deny all that is not required")
    if operator in ("stringequals", "stringlike", "stringequalsignorecase"):
        if any(value.lower() == "required" for value in values):
            return Fault("denies the launches that require tokens: StringNotEquals is what it takes")
        if "optional" in values:
            return Fault("may let launches through that say nothing of tokens: it denies only optional", sure=False)
        return Fault("never applies: the values of tokens are required and optional")
    if operator == "null":
        return Fault("tells only whether a launch speaks of tokens, and not what it says", sure=False)
    return Fault(f"never applies: {condition.operator[:40]} does not compare words")


SET_OPERATOR = "may let launches through: {} is made for keys with many values, and tokens have one"


def acts_on(statement: Statement, action: str) -> bool:
    """Whether the statement is about an action, written in lower case."""
    if statement.not_actions:
        return not any(matches(pattern.lower(), action) for pattern in statement.not_actions)
    return any(matches(pattern.lower(), action) for pattern in statement.actions)


def reaches_instances(statement: Statement) -> bool:
    """Whether instances are among the resources."""
    if statement.not_resources:
        return not any(matches(pattern, arn) for pattern in statement.not_resources for arn in INSTANCES)
    return any(matches(pattern, arn) for pattern in statement.resources for arn in INSTANCES) or any(
        ":instance/" in pattern for pattern in statement.resources
    )


def matches(pattern: str, text: str) -> bool:
    """Match by the wildcards of policies, in time that grows with both lengths and no faster than their product."""
    reached = {0}
    for character in pattern:
        if character == "*":
            reached = set(range(min(reached), len(text) + 1)) if reached else reached
        else:
            reached = {i + 1 for i in reached if i < len(text) and character in ("?", text[i])}
    return len(text) in reached
