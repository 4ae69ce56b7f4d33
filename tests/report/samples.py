"""One report with everything that a format has to show, and texts that try to be more than text."""

# ruff: noqa: E501

from __future__ import annotations

from dataclasses import replace

from imdsguard.model.finding import Finding, Related, Verdict
from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means, Suppression
from imdsguard.report.report import Report
from imdsguard.run.rules import load_rules, rule_files
from tests.estates import small_estate

OPEN = Finding(
    rule="instance-tokens-optional",
    verdict=Verdict.FAIL,
    severity=Severity.ERROR,
    address="aws_instance.bad",
    message="answers metadata calls without a token",
    root=".",
    fingerprint="0123456789abcdef",
    place=Place("main.tf", 14, 19, 14, 29),
    remedy='metadata_options {\n  http_tokens = "required"\n}',
    trace=("http_tokens (main.tf:14)", "var.tokens (prod.tfvars:2)"),
    region="eu-west-1",
)
UNSURE = replace(
    OPEN,
    verdict=Verdict.UNKNOWN,
    severity=Severity.WARNING,
    address='module.m["a"].aws_instance.open[0]',
    message="may answer metadata calls without a token: var.x has no value",
    place=Place("modules/m/main.tf", 4, 1, 9, 2),
    root="stacks/web",
    fingerprint="1123456789abcdef",
    remedy="",
    trace=(),
    related=(Related(Place("stacks/web/main.tf", 3, 1), "the module call"),),
)
NOTED = replace(
    OPEN,
    rule="hop-limit-too-high",
    severity=Severity.NOTE,
    message="the hop limit is 3",
    place=Place("tfplan.json"),
    root="tfplan.json",
    fingerprint="2123456789abcdef",
    trace=(),
    remedy="",
    deployed=True,
)
EXEMPT = replace(
    OPEN,
    address="aws_instance.vendor",
    fingerprint="3123456789abcdef",
    suppressed=Suppression(Means.EXEMPTION, "vendor image", Place(".imdsguard.yaml", 7, 5), "2027-03-31"),
)
IGNORED = replace(
    EXEMPT,
    address="aws_instance.old",
    fingerprint="4123456789abcdef",
    suppressed=Suppression(Means.COMMENT, "goes away", Place("main.tf", 13)),
)
FINE = replace(
    OPEN, verdict=Verdict.PASS, address="aws_instance.good", message="", fingerprint="5123456789abcdef", remedy=""
)
PROBLEM = Problem("this file is not UTF-8", Place("bad.tf", 3), "save it as UTF-8")
PLACELESS = Problem("the disk is full")

RULES = load_rules(rule_files())
ASKED = tuple(rule for rule in RULES if rule.id == OPEN.rule)
FINDINGS = (NOTED, UNSURE, OPEN, EXEMPT, IGNORED, FINE)
REPORT = Report(small_estate(), FINDINGS, (PROBLEM, PLACELESS), RULES, "baseline")
NOTHING = Report(small_estate(), rules=RULES)


HOSTILE = {
    "terminal-codes": "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "command-after-newline": "a\n::error file=x::gone\n::stop-commands::x",
    "command": "::set-output name=a::b",
    "spaces-command": "  ::add-mask::e",
    "wide-space-command": "\u2003::stop-commands::t",
    "old-commands": "x ##[stop-commands]t ##[add-mask]e ##vso[task.complete result=Succeeded;] ##teamcity[testFailed]",
    "direction-marks": "\u202egnp.exe\u2066 \u200bhid\u200dden\u2069 \ufeff \U000e0041",
    "backticks": "`` ` ``` | cell | \\| \\`x\\` \\",
    "links": "[click](https://evil.example) ![pic](https://evil.example/p.png) <https://evil.example> https://evil.example www.evil.example",
    "html": "<script>alert(1)</script> <!-- </details> <img src=x onerror=alert(1)> &lt;b&gt; <details>",
    "mentions": "@octocat #123 GH-7 owner/repo#1 a5c3785ed8d6a35868bc169f07e40e889087fd2e :tada: $`x`$ [^1] **bold** _it_ ~~no~~",
    "blocks": "| a | b |\n|---|---|\n# head\n- [ ] item\n---\n> quote\n```\nfence",
    "formula": "=cmd|' /C calc'!A0",
    "formula-in-cell": "a;=1+1,+2|@SUM(A1)",
    "cell-breaker": '","=HYPERLINK(""https://evil.example"")"\r\n"next',
    "xml": "]]></failure><testcase name='x'/> \x00\x0b\ufffe\uffff \ud800",
    "percent": "%0A%0D%3A%2C%25 %1b,title=x",
    "placeholders": "{0} {{1}} [a](1)",
    "dots": "../../etc/passwd",
    "colon": "a/../../b:c%2e%2e",
    "list": "1. one",
    "nothing": "",
}


def hostile(text: str) -> Report:
    """A report in which everything that comes from scanned code is this text."""
    place = Place(f"{text}.tf", 14, 1, 14, 9)
    finding = replace(
        OPEN,
        address=f"aws_instance.{text}",
        message=text,
        place=place,
        root=text,
        remedy=f"{text}\n{text}",
        trace=(text, text),
        region=text or None,
        related=(Related(place, text),),
    )
    hidden = replace(finding, suppressed=Suppression(Means.COMMENT, text, place))
    unsure = replace(finding, verdict=Verdict.UNKNOWN, address=text)
    passed = replace(finding, verdict=Verdict.PASS)
    findings = (finding, unsure, hidden, passed)
    return Report(small_estate(), findings, (Problem(text, place, text),), ASKED, text)
