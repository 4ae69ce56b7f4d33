"""What a rule says about a subject, and what becomes of it under a policy."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.instead import preceded
from imdsguard.model.record import record
from imdsguard.model.resolution import resolution
from imdsguard.model.severity import Confidence, Severity

if TYPE_CHECKING:
    from imdsguard.model.account import Account
    from imdsguard.model.alarm import Alarm
    from imdsguard.model.image import Image
    from imdsguard.model.instead import Instead, Remedy
    from imdsguard.model.launch import Launch
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Resource
    from imdsguard.model.shared_account import SharedAccount
    from imdsguard.model.suppression import Suppression
    from imdsguard.model.value import Step

    Subject: TypeAlias = Alarm | Launch | RegionDefault | Image | OrganizationPolicy
    """What a verdict can be about: a resource, and the account and Region that it stands in."""


class Verdict(str, Enum):
    """A rule's answer for one subject."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"


@record(frozen=True, slots=True)
class Judgement:
    """What a rule yields: verdict and message for one subject. Made with `passed`, `failed` and `undecided`.

    `message` is one sentence that names what is wrong; `remedy` is what to write instead: the arguments, or
    Terraform text or a sentence that nothing reads; only of arguments `fix` makes an edit.
    `aspect` names what of the subject is judged, where one rule judges several things of it that must not stand for one
    another. `because` is the reason for which it cannot be told, where it is one of a value. `account` is set where
    the account and Region as a whole are judged, and the resource is one that is launched there.
    """

    verdict: Verdict
    resource: Resource
    message: str
    remedy: Remedy = ""
    place: Place | None = None
    trace: tuple[Step, ...] = ()
    region: str | None = None
    confidence: Confidence = Confidence.HIGH
    severity: Severity | None = None
    aspect: str = ""
    because: Reason | None = None
    account: Account | None = None


@record(frozen=True, slots=True)
class Related:
    """Another place that a reader of a finding needs: the module call that they own, what the finding is about."""

    place: Place
    message: str


@record(frozen=True, slots=True)
class Finding:
    """A judgement under a policy: what reports show. `fingerprint` survives moved lines (rule, root and address).

    `resource` is what it is about; reports take from it what is not here. `suppressed` says why it does not count.
    `deployed`: a plan does not make it, or a state holds it: what is found is there already.
    `aspect`, `because` and `account` are the judgement's. `environments` are those of its root module in which it is
    found, all the same in each; none where that is judged without. `shared` is what the policy says of the account.
    `cause` is the message without what names this one resource, and `decided` the last place on the way of the value:
    where both are equal, one edit mends all. `remedy` is a text, and `instead` the arguments that it writes, if any.
    """

    rule: str
    verdict: Verdict
    severity: Severity
    address: str
    message: str
    root: str
    fingerprint: str
    place: Place | None = None
    remedy: str = ""
    trace: tuple[str, ...] = ()
    region: str | None = None
    confidence: Confidence = Confidence.HIGH
    suppressed: Suppression | None = None
    related: tuple[Related, ...] = field(default=())
    deployed: bool = False
    aspect: str = ""
    because: Reason | None = None
    environments: tuple[str, ...] = ()
    account: Account | None = None
    shared: SharedAccount | None = None
    cause: str = ""
    decided: Place | None = None
    instead: Instead | None = None
    resource: Resource | None = field(default=None, compare=False, repr=False)


def fingerprint(rule: str, root: str, address: str, region: str | None, aspect: str = "") -> str:
    """Name a finding so that it keeps its name when lines move: 16 hexadecimal digits of a SHA-256."""
    from hashlib import sha256

    parts = (rule, root, address, region or "", *((aspect,) if aspect else ()))
    return sha256("|".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def passed(subject: Subject, message: str = "", *, confidence: Confidence = Confidence.HIGH) -> Judgement:
    """Say that the subject is as it should be."""
    region = subject.scope.region_name
    return Judgement(Verdict.PASS, subject.resource, message, region=region, confidence=confidence)


def failed(
    subject: Subject,
    message: str,
    *,
    remedy: Remedy = "",
    place: Place | None = None,
    trace: tuple[Step, ...] = (),
    confidence: Confidence = Confidence.HIGH,
    severity: Severity | None = None,
    region: str | None = None,
    account_wide: bool = False,
) -> Judgement:
    """Say that the subject is wrong. `severity` overrules the policy's only for what a rule itself rates as a note.

    `region` is the Region that is spoken of, where that is not the subject's own. `account_wide`: what is wrong, and
    what mends it, is one thing for all of this account and Region.
    """
    return Judgement(
        Verdict.FAIL,
        subject.resource,
        message,
        remedy,
        place,
        trace,
        region or subject.scope.region_name,
        confidence,
        severity,
        account=subject.scope.account if account_wide else None,
    )


def undecided(
    subject: Subject,
    message: str,
    *,
    remedy: Remedy = "",
    place: Place | None = None,
    trace: tuple[Step, ...] = (),
    region: str | None = None,
    because: Reason | None = None,
    severity: Severity | None = None,
    account_wide: bool = False,
) -> Judgement:
    """Say that it cannot be told, and why. `region` is the Region spoken of, where that is not the subject's own.

    `because` is the reason for which a value is unknown: what would resolve it is put before `remedy`. `severity` is
    that of the judgement, where it is not the rule's. `account_wide` is as for `failed`.
    """
    return Judgement(
        Verdict.UNKNOWN,
        subject.resource,
        message,
        preceded(resolution(because), remedy),
        place,
        trace,
        region or subject.scope.region_name,
        severity=severity,
        because=because,
        account=subject.scope.account if account_wide else None,
    )
