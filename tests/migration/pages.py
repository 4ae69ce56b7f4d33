"""Pages: a small one with a launch for each step, a large one, one with a text wherever a document may have one."""

from __future__ import annotations

from imdsguard.migration.page import page_of
from imdsguard.migration.rows import Named, rows_of
from imdsguard.migration.trend import trend_of
from tests.migration.inspected import (
    answer,
    answered,
    finding,
    findings,
    inspect,
    inspected,
    launch,
    readiness,
    scanned,
)

CALL = {"file": "boot.sh", "line": 3, "call": "curl http://169.254.169.254/latest/meta-data/"}


def page(*entries, found=(), said=(), group_by="root", source="", history=(), **more):
    named = [Named(source, inspected(inspect(*entries, **more))), Named(source, scanned(findings(*found)))]
    trend = trend_of([("", inspected(each)) for each in history])
    return page_of(named, rows_of(named, answered(readiness(*said)).launches), group_by, trend)


SMALL = (
    launch("aws_instance.bastion", unset=True),
    launch("aws_instance.tax", "unknown"),
    launch("aws_instance.mail", boot_calls=[CALL]),
    launch("aws_instance.shop", trace=["var.tokens (prod.tfvars:3)"]),
    launch("aws_instance.done", "required", alarm={"covered": True, "by": ["aws_cloudwatch_metric_alarm.refused"]}),
    launch("aws_instance.dark", "required"),
    launch("aws_instance.old", "required", refresh="none"),
)
DAYS = [inspect(launch(), generated="2026-10-01"), inspect(launch(state="required"), generated="2026-11-01")]


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "]]>--><!--",
    "javascript:alert(1)",
    "&lt;b&gt;&amp;",
    "\u202etxt.exe\u200b\x1b[31m",
    "[a](http://evil.example) | `x` **b** @user #1 <b>",
    "</style><style>*{background:url(http://evil.example)}",
    "\n::error::x\n##[group]",
)


def everywhere(text):
    """A page with the text wherever a document may have one."""
    call = {"file": text, "line": 1, "call": text}
    entry = launch(
        f"aws_instance.{text}",
        trace=[f"{text} (main.tf:4)"],
        **dict.fromkeys(("root", "file", "region", "account"), text),
        environments=[text],
        tags={"Team": text},
        code_not_seen=[text],
        boot_calls=[call],
        alarm={"covered": False, "observed": {"covered": True, "by": [text]}},
    )
    unknown = launch("aws_instance.u", "unknown", reason=text, exists_reason=text)
    stale = launch("aws_instance.s", "required")
    said = [answer("not_ready", "aws_instance.s", calls={"MetadataNoToken": 1}, last=text, reason=text)]
    problem = {"message": text, "remedy": text, "file": text, "line": 3}
    found = [finding("setting-never-sent", "aws_instance.s", message=text)]
    about = {"unseen": [{"message": text}], **dict.fromkeys(("version", "commit", "generated"), text)}
    named = [
        Named(text, inspected(inspect(entry, unknown, stale, problems=[problem], **about))),
        Named("other", scanned(findings(*found, problems=[problem]))),
    ]
    return page_of(named, rows_of(named, answered(readiness(*said)).launches), "tag.Team")


def large(count):
    def entry(number):
        root = f"stacks/team-{number % 40:02}/production"
        return launch(
            f'module.service["checkout-{number}"].aws_autoscaling_group.this[0]',
            ("optional", "required", "unknown")[number % 3],
            root=root,
            file=f"{root}/modules/service/main.tf",
            trace=[
                f"module.service.aws_launch_template.this ({root}/main.tf:12)",
                f"var.tokens ({root}/prod.tfvars:3)",
            ],
            tags={"Team": f"team-{number % 40}"},
            environments=["stage", "production"],
            kind="autoscaling group",
            alarm={"covered": False, "reason": "no alarm"},
        )

    return [entry(number) for number in range(count)]
