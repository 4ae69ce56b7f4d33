"""Which findings are one to a person: those that one edit mends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.model.account import ENVIRONMENT, Account, AccountKind, account_id
from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.place import Place
from imdsguard.model.severity import Severity
from imdsguard.model.shared_account import SharedAccount
from imdsguard.model.suppression import Means, Suppression
from imdsguard.report.groups import account_of, group_names, grouped, others

ONE = Finding(
    rule="instance-tokens-optional",
    verdict=Verdict.FAIL,
    severity=Severity.ERROR,
    address='module.web["a"].aws_instance.this',
    message='module.web["a"].aws_instance.this answers',
    root="stacks/a",
    fingerprint="0" * 16,
    place=Place("modules/web/main.tf", 4, 3),
    region="eu-west-1",
    cause=" answers",
    decided=Place("modules/web/variables.tf", 2),
)
OTHER = replace(ONE, address='module.web["b"].aws_instance.this', message="b", root="stacks/b", fingerprint="1" * 16)
ACCOUNT_WIDE = replace(ONE, rule="region-default-missing", account=account_id("111111111111"))


def test_one_place_and_one_cause_are_one() -> None:
    (group,) = grouped((ONE, OTHER))
    assert group.findings == (ONE, OTHER)
    assert (group.addresses, group.roots) == ((ONE.address, OTHER.address), ("stacks/a", "stacks/b"))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(OTHER, rule="hop-limit-too-high"), id="another rule"),
        pytest.param(replace(OTHER, place=Place("modules/web/main.tf", 9, 3)), id="another line"),
        pytest.param(replace(OTHER, cause=" may answer"), id="another cause"),
        pytest.param(replace(OTHER, decided=Place("stacks/b/prod.tfvars", 1)), id="decided elsewhere"),
        pytest.param(replace(OTHER, verdict=Verdict.UNKNOWN), id="one cannot be told"),
        pytest.param(replace(OTHER, severity=Severity.NOTE), id="milder"),
        pytest.param(replace(OTHER, deployed=True), id="deployed already"),
        pytest.param(replace(OTHER, environments=("prod",)), id="in an environment"),
        pytest.param(replace(OTHER, suppressed=Suppression(Means.COMMENT, "later")), id="does not count"),
    ],
)
def test_what_differs_is_apart(other: Finding) -> None:
    first, second = grouped((ONE, other))
    assert first.name != second.name or other.severity is not ONE.severity


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (account_id("1"), account_id("1"), True),
        (account_id("1"), account_id("2"), False),
        (account_id("1"), ENVIRONMENT, False),
        (ENVIRONMENT, ENVIRONMENT, True),
        (ENVIRONMENT, Account(AccountKind.NOT_TOLD, ("aws.x",)), True),
        (Account(AccountKind.ROLE, ("r",)), Account(AccountKind.ROLE, ("r",)), True),
        (Account(AccountKind.ROLE, ("r",)), Account(AccountKind.ROLE, ("s",)), False),
        (Account(AccountKind.ROLE, ("r",), known=False), Account(AccountKind.ROLE, ("s",), known=False), True),
    ],
)
def test_an_account_and_region_is_one_wherever_the_launches_stand(one: Account, other: Account, together: bool) -> None:
    first = replace(ACCOUNT_WIDE, account=one)
    second = replace(OTHER, rule=first.rule, account=other, place=Place("elsewhere.tf", 1), cause="x")
    assert len(grouped((first, second))) == (1 if together else 2)


def test_what_the_policy_says_of_accounts_counts() -> None:
    here = replace(ACCOUNT_WIDE, account=ENVIRONMENT, environments=("dev",), shared=SharedAccount(account="one"))
    same = replace(here, root="stacks/b", environments=("prod",))
    (group,) = grouped((here, same))
    assert group.first.environments == ("dev", "prod")
    assert account_of(group) == ""
    assert len(grouped((here, replace(same, shared=SharedAccount(account="two"))))) == 2
    assert len(grouped((here, replace(same, account=Account(AccountKind.NOT_TOLD, ("aws.x",), known=False))))) == 2


def test_environments_of_one_root_may_be_accounts_of_their_own() -> None:
    (group,) = grouped((replace(ACCOUNT_WIDE, account=ENVIRONMENT, environments=("dev", "prod")),))
    assert account_of(group) == "account not known: 2 stacks, each of them may have its own"


def test_regions_are_apart_and_unknown_ones_too() -> None:
    there = replace(ACCOUNT_WIDE, region="us-east-1")
    nowhere = replace(ACCOUNT_WIDE, region=None)
    elsewhere = replace(nowhere, root="stacks/b")
    assert len(grouped((ACCOUNT_WIDE, there, nowhere, elsewhere))) == 4


def test_a_group_keeps_its_name_when_lines_move_and_members_go() -> None:
    (group,) = grouped((ONE, OTHER))
    (moved,) = grouped((replace(OTHER, place=Place("modules/web/main.tf", 44, 1)),))
    assert group.name == moved.name
    assert len({each.name for each in grouped((ONE, replace(ONE, place=Place("modules/web/main.tf", 8))))}) == 2


def test_each_finding_is_given_the_name_of_its_group_in_the_order_of_the_findings() -> None:
    apart = replace(ONE, place=Place("modules/web/main.tf", 8))
    found = (ONE, apart, OTHER, ONE, ACCOUNT_WIDE)
    first, second, account = grouped(found)
    assert group_names(found) == [first.name, second.name, first.name, first.name, account.name]
    assert group_names(()) == []


def test_the_others_are_named_as_far_as_they_differ() -> None:
    many = [replace(ONE, address=f"aws_instance.i{number}") for number in range(6)]
    assert others(grouped(many)[0]) == "5 more: aws_instance.i1, aws_instance.i2, aws_instance.i3, ..."
    assert others(grouped((ONE, replace(ONE, root="b")))[0]) == "1 more in 2 root modules: stacks/a, b"
    assert others(grouped((ONE,))[0]) == ""


def test_an_account_that_nothing_tells_is_said_to_be_several() -> None:
    untold = [replace(ACCOUNT_WIDE, account=ENVIRONMENT, root=root) for root in ("a", "b")]
    assert account_of(grouped(untold)[0]) == "account not known: 2 stacks, each of them may have its own"
    assert account_of(grouped(untold[:1])[0]) == ""
    assert account_of(grouped((ACCOUNT_WIDE, replace(ACCOUNT_WIDE, root="b")))[0]) == ""
