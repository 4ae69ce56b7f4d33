"""Edits for what is missing in an account and Region: the default for tokens, and an alarm on refused calls."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from imdsguard.fix.additions import PREFERRED, WATCHING, file_for, free_name, module_of, provider_of
from imdsguard.fix.change import NewText
from imdsguard.fix.declares import FOLLOW_FROM_TOKENS, option
from imdsguard.fix.file_text import NotEditableError
from imdsguard.fix.mend_options import BEYOND
from imdsguard.fix.native_layout import with_top_level_block
from imdsguard.fix.proof import Declared, Proposal
from imdsguard.model.option import HTTP_TOKENS
from imdsguard.terraform.decided.changes import NewArguments
from imdsguard.terraform.decided.written import native
from imdsguard.terraform.source.body import SourceBody
from imdsguard.terraform.source.version_constraint import ModuleVersion, VersionConstraint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.fix.tree import SourceTree
    from imdsguard.model.finding import Finding
    from imdsguard.model.instead import Expression
    from imdsguard.terraform.source.configuration import Module

DEFAULTS = "aws_ec2_instance_metadata_defaults"
ALARM = "aws_cloudwatch_metric_alarm"
SINCE = ModuleVersion((5, 43, 0))
"""The first version of the provider that has the defaults. (Changelog of the Terraform AWS provider)"""
NOBODY = "who is told is left to a variable: it needs the ARN of an SNS topic that people hear of"
TOPIC = "imds_alarm_topic_arn"
OUTSIDE = "it reaches launches outside the code: name the root module that it goes into with --into"
IN_CALL = "the block of {0} would have to wait, with depends_on = {1}: all that is in it waits then"
_LIST = re.compile(r"\[[^\[\]\n]+\]|(?:var|local)\.[\w.]+")
_LOOPS = re.compile(r"\b(each|count|self)\.")


def region_default(finding: Finding, tree: SourceTree, into: str | None) -> Iterator[Proposal]:
    """Propose the default in the root module `into`, once; or the dependency that a launch lacks."""
    waits = finding.instead.get("depends_on") if finding.instead is not None else None
    if finding.instead is not None and isinstance(waits, tuple):
        yield from _dependency(finding, waits, finding.instead.block)
        return
    if into is None:
        raise NotEditableError(OUTSIDE)
    if os.path.realpath(into) != os.path.realpath(finding.root):
        raise NotEditableError(f"--into names another root module than {finding.root}")
    module = module_of(tree, finding.root)
    if _too_old(module):
        raise NotEditableError(f"the provider that {finding.root} pins is older than 5.43, the first with {DEFAULTS}")
    provider = provider_of(finding)
    name = free_name(module, DEFAULTS, provider.partition(".")[2] or "this")
    lines = [f'resource "{DEFAULTS}" "{name}" {{']
    lines += (
        [f"  provider    = {provider}", '  http_tokens = "required"'] if provider else ['  http_tokens = "required"']
    )
    file = file_for(tree, module, finding)
    text = with_top_level_block(file, "\n".join([*lines, "}", ""]))
    declared = option(HTTP_TOKENS)
    follows = FOLLOW_FROM_TOKENS | {"region-default-missing"}
    declared = Declared(declared.options, declared.values, frozenset({DEFAULTS}), follows)
    yield Proposal(NewText(file.label, text), f"a default for the Region, {DEFAULTS}.{name}", declared, (BEYOND,))


def _dependency(finding: Finding, targets: tuple[Expression, ...], block: str) -> Iterator[Proposal]:
    if block:
        raise NotEditableError(IN_CALL.format(block, native(targets)))
    body = finding.resource.body if finding.resource is not None else None
    if isinstance(body, SourceBody) and body.merged.expression("depends_on") is None:
        change = NewArguments(body.merged.bodies[0], {"depends_on": targets})
        yield Proposal(change, f"depends_on = {native(targets)}", Declared())


def _too_old(module: Module) -> bool:
    """Whether the provider that the module pins is surely older than the resource."""
    for block in module.settings:
        for nested in block.body.nested("required_providers"):
            expression = nested.body.expression("aws")
            text = getattr(expression.source, "text", "") if expression is not None else ""
            found = re.search(r"version\s*=\s*\"([^\"]*)\"", text)
            constraint = VersionConstraint.parse(found[1]) if found is not None else None
            if constraint is not None and constraint.upper is not None and constraint.upper <= (SINCE, False):
                return True
    return False


def refused_calls(finding: Finding, tree: SourceTree) -> Iterator[Proposal]:
    """Propose one alarm on refused calls for all instances of the account and Region."""
    module = module_of(tree, finding.root)
    provider = provider_of(finding)
    file = file_for(tree, module, finding, (*WATCHING, *PREFERRED))
    alias = provider.partition(".")[2]
    name = free_name(module, ALARM, f"imds_calls_refused_{alias}" if alias else "imds_calls_refused")
    told, why = told_by(module, provider)
    alarm_name = f"imds-calls-refused-{alias}" if alias else "imds-calls-refused"
    lines = [f'resource "{ALARM}" "{name}" {{']
    lines += [f"  provider            = {provider}"] if provider else []
    lines += [
        f'  alarm_name          = "{alarm_name}"',
        '  comparison_operator = "GreaterThanThreshold"',
        "  threshold           = 0",
        "  evaluation_periods  = 1",
        '  treat_missing_data  = "notBreaching"',
        f"  alarm_actions       = {told}",
        "",
        "  metric_query {",
        '    id          = "refused"',
        r'    expression  = "SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\"AWS/EC2\", InstanceId)"',
        "    period      = 300",
        "    return_data = true",
        "  }",
        "}",
        "",
    ]
    if why and TOPIC not in module.variables:
        description = "The SNS topic that hears of calls that the instance metadata service refuses."
        lines = [
            f'variable "{TOPIC}" {{',
            f'  description = "{description}"',
            "  type        = string",
            "}",
            "",
            *lines,
        ]
    text = with_top_level_block(file, "\n".join(lines))
    declared = Declared(adds=frozenset({ALARM}), follows=frozenset({"imds-alarm-ineffective"}) if why else frozenset())
    yield Proposal(NewText(file.label, text), f"an alarm on refused calls, {ALARM}.{name}", declared, why)


def told_by(module: Module, provider: str) -> tuple[str, tuple[str, ...]]:
    """Who hears of the alarm: whom another alarm of the root module tells, else a topic of its own; else a variable."""
    for (kind, type_, name), declared in module.resources.items():
        own = declared.body.expression("provider")
        if kind != "resource" or (getattr(own.source, "text", "") if own is not None else "") != provider:
            continue
        actions = declared.body.expression("alarm_actions") if type_ == ALARM else None
        text = getattr(actions.source, "text", "") if actions is not None else ""
        if _LIST.fullmatch(text) and not _LOOPS.search(text):
            return text, ()
        if type_ == "aws_sns_topic" and not any(declared.body.expression(loop) for loop in ("count", "for_each")):
            return f"[aws_sns_topic.{name}.arn]", ()
    return f"[var.{TOPIC}]", (NOBODY,)
