"""Which provider configurations reach one account: a Region default counts for launches of its own account only."""

from __future__ import annotations

import pytest

from imdsguard.aws.estate import build
from imdsguard.model.value import Unknown
from imdsguard.report.reasons import sentence

DEFAULT = 'resource "aws_ec2_instance_metadata_defaults" "all" {\n  http_tokens = "required"\n}\n'
WEB = 'resource "aws_instance" "web" {\n  provider = aws.there\n}\n'
VARIABLES = "".join(f'variable "{name}" {{}}\n' for name in "ab") + 'variable "accounts" {\n  type = list(string)\n}\n'
ONE, TWO = (f"arn:aws:iam::{digit * 12}:role/ci" for digit in "12")


def launches(stack):
    """What was read, judged: state and Region of each launch, by address."""
    reading = stack.read()
    assert [str(problem) for problem in reading.problems] == []
    estate = build([(root.stack, root.resources) for root in reading.roots])
    return {launch.address: launch for launch in estate.launches}


def one_account(stack, here, there):
    """Whether a default of the configuration `here` counts for a launch of the configuration `there`."""
    providers = (
        f'provider "aws" {{\nregion = "eu-west-1"\n{here}\n}}\n'
        f'provider "aws" {{\nalias = "there"\nregion = "eu-west-1"\n{there}\n}}\n'
    )
    stack.files({"main.tf": VARIABLES + providers + DEFAULT + WEB})
    state = launches(stack)["aws_instance.web"].state.value
    assert state in ("required", "optional")
    return state == "required"


def role(arn, block="assume_role", more=""):
    return f'{block} {{\nrole_arn = "{arn}"\n{more}\n}}'


ID = ("1" * 12, "2" * 12)


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        # One account that is allowed is the account, whatever the credentials are; of two it may be either.
        (f'allowed_account_ids = ["{ID[0]}"]', f'allowed_account_ids = ["{ID[0]}"]\nprofile = "b"', True),
        (f'allowed_account_ids = ["{ID[0]}"]', f'allowed_account_ids = ["{ID[1]}"]', False),
        (f'allowed_account_ids = ["{ID[0]}", "{ID[1]}"]', f'allowed_account_ids = ["{ID[0]}"]', False),
        (f'allowed_account_ids = ["{ID[0]}", "{ID[1]}"]', f'allowed_account_ids = ["{ID[1]}"]', False),
        (f'allowed_account_ids = ["{ID[0]}", "{ID[1]}"]\nprofile = "a"',
         f'allowed_account_ids = ["{ID[0]}", "{ID[1]}"]\nprofile = "b"', False),
        (f'allowed_account_ids = ["{ID[0]}", "{ID[1]}"]\nprofile = "a"',
         f'allowed_account_ids = ["{ID[0]}", "{ID[1]}"]\nprofile = "a"', True),
        ("allowed_account_ids = var.accounts", f'allowed_account_ids = ["{ID[0]}"]', False),
        ("allowed_account_ids = [var.a]", "allowed_account_ids = [var.b]", False),
        ("allowed_account_ids = []", "", False),
        (f"allowed_account_ids = {ID[0]}", f'allowed_account_ids = ["{ID[0]}"]', False),
        ("allowed_account_ids = 1", "allowed_account_ids = 1", True),
        # An account that is allowed counts before the role.
        (f'allowed_account_ids = ["{ID[0]}"]\n{role(TWO)}', role(ONE), True),
        # A role is its account's, whoever assumes it.
        (role(ONE), role(ONE, "assume_role_with_web_identity"), True),
        (role(ONE, "assume_role_with_web_identity"), role(TWO, "assume_role_with_web_identity"), False),
        (role(ONE), role(ONE) + '\nprofile = "b"', True),
        (role(ONE), role(ONE, more='external_id = "x"'), True),
        (role("arn:aws-cn:iam::111111111111:role/x"), role(ONE), True),
        (role("arn:aws:iam::1111:role/ci"), role("arn:aws:iam::1111:role/other"), False),
        # Of several roles, each assumes the next: the last one counts.
        (f"{role(ONE)}\n{role(TWO)}", role(TWO), True),
        (f"{role(ONE)}\n{role(TWO)}", role(ONE), False),
        (f"{role(TWO)}\n{role(ONE)}", role(ONE), True),
        # Other endpoints are another cloud: the number of an account says nothing there.
        (role(ONE), role(ONE) + '\nendpoints {\nec2 = "http://localhost:4566"\n}', False),
        (role(ONE), role(ONE) + '\nendpoints {\nsts = "http://localhost:4566"\n}', False),
        (role(ONE), role(ONE) + '\nendpoints {\ncloudwatch = "http://localhost:4566"\n}', False),
        (role(ONE), role(ONE) + '\nendpoints {\ns3 = "http://localhost:4566"\n}', True),
        ("", 'endpoints {\nec2 = "http://localhost:4566"\n}', False),
        ('endpoints {\nec2 = "http://localhost:4566"\n}', 'endpoints {\nec2 = "http://localhost:4567"\n}', False),
        ('endpoints {\nec2 = "http://localhost:4566"\n}', 'endpoints {\nec2 = "http://localhost:4566"\n}', True),
        # What cannot be computed is the same where it is the same thing.
        (role("${var.a}"), role("${var.a}"), True),
        (role("${var.a}"), role("${var.b}"), False),
        ("profile = var.a", "profile = var.a", True),
        ("profile = var.a", "profile = var.b", False),
        ("profile = null", "", True),
        # Each of these makes other credentials.
        ("", 'profile = "b"', False),
        ("", 'access_key = "b"', False),
        ("", 'token = "b"', False),
        ('profile = { a = "b" }', 'profile = { a = "c" }', False),
        ('profile = { a = "b" }', 'profile = { a = "b" }', True),
        ("", 'sts_region = "us-east-1"', False),
        ("", 'shared_config_files = ["b"]', False),
        ("", 'shared_credentials_files = ["b"]', False),
        ("", 'shared_credentials_file = "b"', False),
        ("", f'forbidden_account_ids = ["{ID[0]}"]', False),
        ('shared_config_files = ["a", "b"]', 'shared_config_files = ["b", "a"]', False),
        ('shared_config_files = ["a", "b"]', 'shared_config_files = ["a", "b"]', True),
        ("assume_role {\nexternal_id = var.a\nrole_arn = var.b\n}",
         "assume_role {\nexternal_id = var.b\nrole_arn = var.b\n}", False),
        ("assume_role {\nsession_name = \"a\"\nrole_arn = var.b\n}",
         "assume_role {\nsession_name = \"b\"\nrole_arn = var.b\n}", False),
        ('assume_role_with_web_identity {\nrole_arn = var.b\nweb_identity_token = "a"\n}',
         'assume_role_with_web_identity {\nrole_arn = var.b\nweb_identity_token = "b"\n}', False),
        ('assume_role_with_web_identity {\nrole_arn = var.b\nweb_identity_token_file = "a"\n}',
         'assume_role_with_web_identity {\nrole_arn = var.b\nweb_identity_token_file = "b"\n}', False),
        ("assume_role_with_web_identity {\nrole_arn = var.a\n}",
         "assume_role_with_web_identity {\nrole_arn = var.b\n}", False),
        # Neither of these does.
        ("", "max_retries = 3\nskip_region_validation = true", True),
        ("", 'default_tags {\ntags = { a = "b" }\n}', True),
    ],
)  # fmt: skip
def test_a_default_counts_in_its_own_account_only(stack, here, there, same):
    assert one_account(stack, here, there) is same
    # Whichever of the two has the default: one account is one both ways.
    assert one_account(stack, there, here) is same


HANDED = 'provider "aws" {\nregion = "eu-west-1"\n}\nprovider "aws" {\nalias = "there"\nregion = "us-east-1"\n}\n'


@pytest.mark.parametrize(
    ("providers", "region", "provider"),
    [
        ("providers = { aws.there = aws.there }", "us-east-1", "aws.there"),
        ("providers = { aws.there = aws }", "eu-west-1", "aws"),
        ("providers = { (aws.there) = aws.there }", "us-east-1", "aws.there"),
        ("providers = { aws = aws.there, aws.there = aws }", "eu-west-1", "aws"),
        # An alias that the call does not hand over is not inherited, though the root has one of that name.
        ("", None, "module.m:aws.there"),
        ("providers = {}", None, "module.m:aws.there"),
        ("providers = { aws = aws.there }", None, "module.m:aws.there"),
        ("providers = { aws.other = aws.there }", None, "module.m:aws.there"),
    ],
)
def test_an_alias_reaches_a_module_only_where_the_call_hands_it_over(stack, providers, region, provider):
    call = f'module "m" {{\nsource = "./m"\n{providers}\n}}\n'
    stack.files({"main.tf": HANDED + call, "m/main.tf": WEB})
    found = stack.resources()["module.m.aws_instance.web"]
    assert found.provider.name == provider
    if region is not None:
        assert found.region.value == region
        return
    assert isinstance(found.region, Unknown)
    assert sentence(found.region.reason) == 'the call of the module hands no provider "aws.there" over'


def test_an_alias_is_followed_through_two_calls_by_its_name_in_each(stack):
    call = 'module "n" {{\nsource = "./{}"\nproviders = {{ {} }}\n}}\n'
    stack.files(
        {
            "main.tf": HANDED + call.format("m", "aws.mid = aws.there, aws.there = aws"),
            "m/main.tf": call.format("n", "aws.there = aws.mid"),
            "m/n/main.tf": WEB,
        }
    )
    found = stack.resources()["module.n.module.n.aws_instance.web"]
    assert (found.provider.name, found.region.value) == ("aws.there", "us-east-1")


def test_a_default_provider_is_inherited_through_a_call_that_hands_over_others(stack):
    call = 'module "m" {\nsource = "./m"\nproviders = { aws.x = aws.there }\n}\n'
    stack.files({"main.tf": HANDED + call, "m/main.tf": 'resource "aws_instance" "web" {}\n'})
    found = stack.resources()["module.m.aws_instance.web"]
    assert (found.provider.name, found.region.value) == ("aws", "eu-west-1")


def test_an_alias_that_is_not_handed_over_is_not_the_roots_account(stack):
    default = DEFAULT.replace('"all" {', '"all" {\n  provider = aws.there')
    providers = 'provider "aws" {\nalias = "there"\nregion = "eu-west-1"\n}\n'
    call = 'module "m" {\nsource = "./m"\n%s\n}\n'
    stack.files({"main.tf": providers + default + call % "providers = { aws.there = aws.there }", "m/main.tf": WEB})
    assert launches(stack)["module.m.aws_instance.web"].state.value == "required"
    stack.files({"main.tf": providers + default + call % ""})
    assert launches(stack)["module.m.aws_instance.web"].state.value != "required"


EACH = 'provider "aws" {\nalias = "by"\nfor_each = toset(var.accounts)\nregion = "eu-west-1"\n}\n'
NONE = "has no for_each, so it has no instances"
DOUBTFUL = {
    "a resource names all of them": (EACH + WEB.replace("aws.there", "aws.by"), "for_each"),
    "an instance of what has no for_each": (HANDED + WEB.replace("aws.there", 'aws.there["x"]'), NONE),
    "the call hands an instance of one over": (
        HANDED + 'module "m" {\nsource = "./m"\nproviders = { aws.there = aws.there["x"] }\n}\n', NONE,
    ),
    "more than an alias": (HANDED + WEB.replace("aws.there", "aws.there.x"), "not a plain reference"),
    "a number": (HANDED + WEB.replace("aws.there", "aws.0"), NONE),
    "a number of a number": (HANDED + WEB.replace("aws.there", "aws[0][1]"), "not a plain reference"),
    "an alias in brackets": (HANDED + WEB.replace("aws.there", "(aws).there"), "not a plain reference"),
    "the call hands over what is computed": (
        HANDED + 'module "m" {\nsource = "./m"\nproviders = { aws.there = var.a ? aws : aws.there }\n}\n',
        'hands no provider "aws.there" over',
    ),
    "not a plain reference": (HANDED + WEB.replace("aws.there", "var.a ? aws : aws.there"), "not a plain reference"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "reason"), DOUBTFUL.values(), ids=list(DOUBTFUL))
def test_which_provider_it_is_that_cannot_be_told_is_never_taken_for_granted(stack, files, reason):
    module = {"m/main.tf": WEB} if "./m" in files else {}
    stack.files({"main.tofu": VARIABLES + files + DEFAULT, **module})
    (found,) = launches(stack).values()
    region = found.resource.region
    assert isinstance(region, Unknown)
    assert reason in sentence(region.reason)
    assert not found.resource.provider.account.known
    assert found.state.value != "required"


def test_a_doubt_stays_through_the_calls_around_it(stack):
    """The inner call hands over what it calls an instance; the outer one is plain."""
    call = 'module "n" {{\nsource = "./{}"\nproviders = {{ {} }}\n}}\n'
    stack.files(
        {
            "main.tofu": HANDED + call.format("m", "aws.mid = aws.there"),
            "m/main.tofu": call.format("n", 'aws.there = aws.mid["x"]'),
            "m/n/main.tofu": WEB,
        }
    )
    found = stack.resources()["module.n.module.n.aws_instance.web"]
    assert found.provider.name == "aws.there"
    assert sentence(found.region.reason) == "a call hands aws over, which is no configuration with for_each"


def test_a_provider_may_have_another_name_than_its_types(stack):
    stack.files({"main.tf": HANDED + HANDED.replace('"aws"', '"amazon"') + WEB.replace("aws.there", "amazon.there")})
    found = stack.resources()["aws_instance.web"]
    assert (found.provider.name, found.region.value) == ("amazon.there", "us-east-1")


def test_a_provider_argument_that_is_no_expression_makes_the_region_unknown(stack):
    stack.files({"main.tf": HANDED + WEB.replace("aws.there", "aws. +")})
    (root,) = stack.read().roots
    (found,) = root.resources
    assert isinstance(found.region, Unknown)
    assert found.provider.name == "aws"


def test_providers_that_are_no_expression_hand_nothing_over(stack):
    call = 'module "m" {\nsource = "./m"\nproviders = { aws.there = aws. + }\n}\n'
    stack.files({"main.tf": HANDED + call, "m/main.tf": WEB})
    (root,) = stack.read().roots
    (found,) = root.resources
    assert isinstance(found.region, Unknown)
    assert found.provider.name == "module.m:aws.there"


def test_a_configuration_that_is_not_there_has_a_reason_of_its_own(stack):
    stack.files({"main.tf": HANDED.replace('"there"', '"other"') + WEB})
    region = stack.resources()["aws_instance.web"].region
    assert isinstance(region, Unknown)
    assert sentence(region.reason) == "provider aws.there is not configured"


def test_two_modules_with_a_configuration_of_one_name_are_two(stack):
    own = 'provider "aws" {\nregion = "%s"\nprofile = "%s"\n}\nresource "aws_instance" "web" {}\n'
    calls = "".join(f'module "{name}" {{\nsource = "./{name}"\n}}\n' for name in "ab")
    stack.files({"main.tf": calls, "a/main.tf": own % ("eu-west-1", "a"), "b/main.tf": own % ("us-east-1", "b")})
    found = stack.resources()
    a, b = (found[f"module.{name}.aws_instance.web"] for name in "ab")
    assert (a.region.value, b.region.value) == ("eu-west-1", "us-east-1")
    assert (a.provider.name, b.provider.name) == ("module.a:aws", "module.b:aws")
    assert a.provider.account != b.provider.account


def test_two_doubts_about_one_configuration_are_told_apart(stack):
    """What is bound without a doubt stays so, though another resource is bound to the same configuration with one."""
    doubtful = 'resource "aws_instance" "x" {\n  provider = aws.there["x"]\n}\n'
    for first, second in ((WEB, doubtful), (doubtful, WEB)):
        stack.files({"main.tofu": HANDED + first + second})
        found = stack.resources()
        assert found["aws_instance.web"].region.value == "us-east-1"
        assert isinstance(found["aws_instance.x"].region, Unknown)


def test_one_variable_in_two_modules_is_two_values(stack):
    """The same text in two modules reads two variables: their accounts are not known to be one."""
    own = VARIABLES + 'provider "aws" {\nregion = "eu-west-1"\nprofile = var.a\n}\n'
    calls = "".join(
        f'variable "{n}" {{}}\nmodule "{n}" {{\nsource = "./{n}"\na = var.{n}\nb = 1\naccounts = []\n}}\n' for n in "mn"
    )
    instance = 'resource "aws_instance" "web" {}\n'
    stack.files({"main.tf": calls, "m/main.tf": own + DEFAULT, "n/main.tf": own + instance})
    assert launches(stack)["module.n.aws_instance.web"].state.value == "optional"
