"""Terraform's own arguments: passed on as they are, understood as far as we must."""

from __future__ import annotations

import pytest

from imdsguard.terraform.driver.arguments import Arguments, understand
from imdsguard.terraform.driver.errors import DriverError


def test_arguments_are_passed_on_as_they_are() -> None:
    given = ["-target=aws_instance.a", "-destroy", "-refresh=false", "-parallelism", "4", "--lock=false"]
    assert understand(given) == Arguments(plan=tuple(given))


def test_variables_are_understood_in_every_spelling_and_in_their_order() -> None:
    given = ("-var", "a=1", "--var-file=x.tfvars", "-var=b=c=d", "--var-file", "y.tfvars")
    understood = understand(given)
    assert understood.plan == given
    assert understood.variables == ("a=1", "b=c=d")
    assert understood.var_files == ("x.tfvars", "y.tfvars")
    assert understood.order == ("var", "var-file", "var", "var-file")


def test_the_folder_goes_before_the_command() -> None:
    understood = understand(["-destroy", "-chdir=stacks/web"])
    assert understood.before_command == ("-chdir=stacks/web",)
    assert understood.plan == ("-destroy",)


@pytest.mark.parametrize(
    "given",
    [
        ["-out=x"],
        ["-out", "x"],
        ["--out=x"],
        ["-json"],
        ["-input=true"],
        ["-detailed-exitcode"],
        ["-help"],
        ["-h"],
        ["-auto-approve"],
    ],
    ids=" ".join,
)
def test_what_would_change_the_answer_is_refused(given: list[str]) -> None:
    with pytest.raises(DriverError, match=given[0].strip("-").partition("=")[0]):
        understand(["-destroy", *given])


def test_keeping_the_plan_has_an_option_of_our_own() -> None:
    with pytest.raises(DriverError, match="--out FILE"):
        understand(["-out=plan.tfplan"])


@pytest.mark.parametrize("given", ["-var", "-target", "-var-file"])
def test_a_value_is_not_taken_for_a_flag(given: str) -> None:
    assert understand([given, "-json"]).plan == (given, "-json")


def test_a_folder_needs_its_equals_sign() -> None:
    with pytest.raises(DriverError, match="-chdir=DIR"):
        understand(["-chdir", "stacks"])


def test_a_plan_may_leave_out_what_the_code_says() -> None:
    assert understand(["--destroy"]).leaves_out
    assert understand(["-refresh-only=true"]).leaves_out
    assert understand(["-target", "aws_instance.web"]).leaves_out
    assert understand(["-exclude=aws_instance.web"]).leaves_out
    assert not understand(["-refresh=false", "-var", "target=aws_instance.destroy"]).leaves_out
