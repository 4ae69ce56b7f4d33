"""imdsguard: stops EC2 instances reachable by IMDSv1 from ever being deployed.

This is the face: all that a rule, or a program that embeds imdsguard, imports. A name is loaded when it is first used.
`scan` gives a report, `read` what would be launched; docs/library.md shows both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.version import __version__

if TYPE_CHECKING:
    from imdsguard.model.alarm import Alarm
    from imdsguard.model.delivery import Delivery, IneffectiveOption, Pin, Renewal, VersionUse, VersionWriter, Workload
    from imdsguard.model.environment import Environment, Stack
    from imdsguard.model.estate import Estate
    from imdsguard.model.finding import Finding, Judgement, Verdict, failed, passed, undecided
    from imdsguard.model.image import Image
    from imdsguard.model.instead import Expression, Instead
    from imdsguard.model.launch import Coverage, Kind, Launch, State
    from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS, OPTIONS, SERVICE_DEFAULTS, Option, Source
    from imdsguard.model.organization import Condition, OrganizationPolicy, Statement
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.model.readiness import InstanceAnswer, LaunchAnswer, Readiness
    from imdsguard.model.reason import Reason, ReasonKind
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Action, Blocks, Body, Provider, Resource
    from imdsguard.model.rule import Rule
    from imdsguard.model.scope import Scope
    from imdsguard.model.severity import Confidence, Severity
    from imdsguard.model.switch import changed_while_running
    from imdsguard.model.user_data import Flaw, MetadataCall, UserData
    from imdsguard.model.value import Absent, Known, Reference, Step, Unknown, Value, text_of
    from imdsguard.policy.errors import PolicyError
    from imdsguard.policy.policy import Policy, Setting
    from imdsguard.report.readiness_words import answer_in_words
    from imdsguard.report.reasons import because, fault_in_words, sentence
    from imdsguard.report.report import Report, Summary
    from imdsguard.run.config import RunConfig, ScanOptions, assumptions_of, prepare
    from imdsguard.run.errors import RunError, UsageError
    from imdsguard.run.judge import Outcome, judge
    from imdsguard.run.reading import Reading, read
    from imdsguard.run.report import report_on
    from imdsguard.run.rules import RuleError, load_rules, rule_files
    from imdsguard.run.scan import scan
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.root import Root

_HOMES = {
    "imdsguard.run.judge": ("Outcome", "judge"),
    "imdsguard.run.rules": ("RuleError", "load_rules", "rule_files"),
    "imdsguard.model.alarm": ("Alarm",),
    "imdsguard.model.delivery": (
        "Delivery", "IneffectiveOption", "Pin", "Renewal", "VersionUse", "VersionWriter", "Workload",
    ),
    "imdsguard.model.environment": ("Environment", "Stack"),
    "imdsguard.model.estate": ("Estate",),
    "imdsguard.model.finding": ("Finding", "Judgement", "Verdict", "failed", "passed", "undecided"),
    "imdsguard.model.image": ("Image",),
    "imdsguard.model.instead": ("Expression", "Instead"),
    "imdsguard.model.launch": ("Coverage", "Kind", "Launch", "State"),
    "imdsguard.model.option": (
        "HOP_LIMIT", "HTTP_ENDPOINT", "HTTP_TOKENS", "OPTIONS", "SERVICE_DEFAULTS", "Option", "Source",
    ),
    "imdsguard.model.organization": ("Condition", "OrganizationPolicy", "Statement"),
    "imdsguard.model.place": ("Place",),
    "imdsguard.model.problem": ("Problem",),
    "imdsguard.model.readiness": ("InstanceAnswer", "LaunchAnswer", "Readiness"),
    "imdsguard.model.reason": ("Reason", "ReasonKind"),
    "imdsguard.model.region_default": ("RegionDefault",),
    "imdsguard.model.resource": ("Action", "Blocks", "Body", "Provider", "Resource"),
    "imdsguard.model.rule": ("Rule",),
    "imdsguard.model.scope": ("Scope",),
    "imdsguard.model.severity": ("Confidence", "Severity"),
    "imdsguard.model.switch": ("changed_while_running",),
    "imdsguard.model.user_data": ("Flaw", "MetadataCall", "UserData"),
    "imdsguard.model.value": ("Absent", "Known", "Reference", "Step", "Unknown", "Value", "text_of"),
    "imdsguard.policy.errors": ("PolicyError",),
    "imdsguard.policy.policy": ("Policy", "Setting"),
    "imdsguard.report.readiness_words": ("answer_in_words",),
    "imdsguard.report.reasons": ("because", "fault_in_words", "sentence"),
    "imdsguard.report.report": ("Report", "Summary"),
    "imdsguard.run.config": ("RunConfig", "ScanOptions", "assumptions_of", "prepare"),
    "imdsguard.run.errors": ("RunError", "UsageError"),
    "imdsguard.run.reading": ("Reading", "read"),
    "imdsguard.run.report": ("report_on",),
    "imdsguard.run.scan": ("scan",),
    "imdsguard.terraform.inputs": ("Inputs",),
    "imdsguard.terraform.root": ("Root",),
}  # fmt: skip

__all__ = [
    "HOP_LIMIT",
    "HTTP_ENDPOINT",
    "HTTP_TOKENS",
    "OPTIONS",
    "SERVICE_DEFAULTS",
    "Absent",
    "Action",
    "Alarm",
    "Blocks",
    "Body",
    "Condition",
    "Confidence",
    "Coverage",
    "Delivery",
    "Environment",
    "Estate",
    "Expression",
    "Finding",
    "Flaw",
    "Image",
    "IneffectiveOption",
    "Inputs",
    "InstanceAnswer",
    "Instead",
    "Judgement",
    "Kind",
    "Known",
    "Launch",
    "LaunchAnswer",
    "MetadataCall",
    "Option",
    "OrganizationPolicy",
    "Outcome",
    "Pin",
    "Place",
    "Policy",
    "PolicyError",
    "Problem",
    "Provider",
    "Readiness",
    "Reading",
    "Reason",
    "ReasonKind",
    "Reference",
    "RegionDefault",
    "Renewal",
    "Report",
    "Resource",
    "Root",
    "Rule",
    "RuleError",
    "RunConfig",
    "RunError",
    "ScanOptions",
    "Scope",
    "Setting",
    "Severity",
    "Source",
    "Stack",
    "State",
    "Statement",
    "Step",
    "Summary",
    "Unknown",
    "UsageError",
    "UserData",
    "Value",
    "Verdict",
    "VersionUse",
    "VersionWriter",
    "Workload",
    "__version__",
    "answer_in_words",
    "assumptions_of",
    "because",
    "changed_while_running",
    "failed",
    "fault_in_words",
    "judge",
    "load_rules",
    "passed",
    "prepare",
    "read",
    "report_on",
    "rule_files",
    "scan",
    "sentence",
    "text_of",
    "undecided",
]


def __getattr__(name: str) -> object:
    """Load a name of the face from where it lives (PEP 562)."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            value: object = getattr(import_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
