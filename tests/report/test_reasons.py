"""The words of every kind of reason: what is written here is what people read, to the letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imdsguard.model.option import HTTP_TOKENS, Option, Source
from imdsguard.model.place import Place
from imdsguard.model.reason import Reason, ReasonKind, limited, refused
from imdsguard.model.value import Step
from imdsguard.report.reasons import SENTENCES, because, kind_of, sentence

K = ReasonKind
JSON_PAGE = Path(__file__).resolve().parents[2] / "docs" / "json.md"

WORDS: list[tuple[Reason, str]] = [
    (Reason(K.AFTER_APPLY), "known only after apply"),
    (Reason(K.AFTER_APPLY, "aws_ami.a.id"), "aws_ami.a.id is known only after apply"),
    (Reason(K.NO_VALUE, "var.tokens"), "var.tokens is a variable without a value"),
    (refused("no such index"), "no such index"),
    (refused("no such index", Place("a.tf", 3, 7)), "no such index (error at a.tf:3)"),
    (refused("no such index", Place("plan.json")), "no such index"),
    (refused("no such index", Place("a.tf", 3), "local.a"), "local.a: no such index (error at a.tf:3)"),
    (limited("evaluation takes more than 9 steps"), "evaluation takes more than 9 steps"),
    (
        Reason(K.OUTSIDE_REPOSITORY, "../../a"),
        "../../a lies outside of the repository, where nothing is read",
    ),
    (Reason(K.FILE_UNREAD, "a.txt", "Permission denied"), "a.txt is not read: Permission denied"),
    (Reason(K.TOO_DEEP), "the value nests deeper than we follow"),
    (Reason(K.NEW_AT_EACH_APPLY, "uuid()"), "uuid() gives another value at each apply"),
    (Reason(K.TIME_OF_APPLY, "timestamp()"), "timestamp() is the time of the apply"),
    (Reason(K.PROVIDER_FUNCTION, "provider::aws::arn"), "the function provider::aws::arn is defined by a provider"),
    (Reason(K.COMPRESSOR, "gzip()"), "the bytes that gzip() gives depend on Terraform's own compressor"),
    (Reason(K.KEY_FORMAT, "rsadecrypt()"), "rsadecrypt() with a key of this kind is not computed"),
    (Reason(K.HOME_NOT_SET, "pathexpand()"), "pathexpand() needs HOME, which is not set"),
    (Reason(K.NO_WORKSPACE), "terraform.workspace is not given"),
    (Reason(K.DATA_SOURCE, "data.x.y"), "data.x.y is read by Terraform at plan or apply time"),
    (Reason(K.MODULE_MISSING, "module.a"), "module.a is not there: its outputs are not known"),
    (Reason(K.REGION_NOT_NAMED, "provider aws"), "provider aws names no Region: the environment or a profile does"),
    (Reason(K.REGION_OUTSIDE), "the Region is set outside the code (environment or profile)"),
    (Reason(K.PROVIDER_NOT_CONFIGURED, "aws.x"), "provider aws.x is not configured"),
    (
        Reason(K.PROVIDER_FOR_EACH, "aws.x"),
        "provider aws.x has for_each, and which of its instances is meant is not said",
    ),
    (Reason(K.PROVIDER_INSTANCE, "aws.x"), "which instance of provider aws.x is meant cannot be computed"),
    (Reason(K.PROVIDER_EXPRESSION), "its provider argument is not a plain reference"),
    (Reason(K.PROVIDER_NOT_PASSED, "aws.x"), 'the call of the module hands no provider "aws.x" over'),
    (Reason(K.NOT_COMPUTED, "which image is launched"), "which image is launched cannot be computed"),
    (
        Reason(K.NOT_COMPUTED, "whether a.b exists", cause=Reason(K.NO_VALUE, "var.n")),
        "whether a.b exists cannot be computed: var.n is a variable without a value",
    ),
    (Reason(K.UNDOCUMENTED, "what EMR sets"), "what EMR sets is not documented"),
    (Reason(K.NOT_IN_CODE, "launch template lt-1"), "launch template lt-1 is not in the code"),
    (
        Reason(K.OPTION_REFUSED, "http_tokens", '"x"', '"optional" or "required"'),
        'http_tokens is "x", which AWS refuses: it must be "optional" or "required"',
    ),
    (
        Reason(K.REPEATED_BLOCK, "metadata_options"),
        "there is more than one metadata_options block, which Terraform refuses",
    ),
    (Reason(K.NAMES_NOTHING, "the block", "launch template"), "the block names no launch template"),
    (Reason(K.DEFAULTS_DIFFER, "a.b and a.c"), "a.b and a.c set the defaults of one account and Region differently"),
    (
        Reason(K.ASSUMPTION_UNSURE, "eu-west-1 or us-east-1"),
        "whether this is launched in eu-west-1 or us-east-1, for which the policy assumes a default, is not known",
    ),
    (
        Reason(K.TEMPLATE_OUTSIDE),
        "its launch template is not in the code, or it cannot be computed which one it is",
    ),
    (Reason(K.OPTIONS_UNREAD), "where it has any is not known"),
    (Reason(K.VERSION_UNREAD, "aws_x"), "where aws_x names the version of its launch template is not known"),
    (Reason(K.TAGS_UNREAD, "aws_x"), "which tags aws_x gives its instances is not read"),
    (Reason(K.TAGS_OF_AWS), "AWS sets such tags itself, and the code does not show them"),
    (
        Reason(K.NO_ARGUMENT, "it", "what Cloud9 sets"),
        "Terraform has no argument for it, and what Cloud9 sets is not documented",
    ),
    (
        Reason(K.TEMPLATE_OF_SERVICE, "EKS"),
        "EKS makes the launch template itself, and what it sets there is not documented",
    ),
    (
        Reason(K.LAUNCH_OF_SERVICE, "Batch"),
        "Batch says itself how its instances are launched, and what it sets there is not documented",
    ),
    (
        Reason(K.INSTANCES_OF_SERVICE, "ECS"),
        "ECS launches and manages the instances itself, and what it sets for them is not documented",
    ),
    (
        Reason(K.IMAGE_OF_SERVICE, "Batch"),
        "Batch picks the image, and the code does not show whether its imds_support requires tokens",
    ),
    (
        Reason(K.IMAGE_MAY_DECIDE, "EKS", "an Amazon Linux 2023 image"),
        "EKS picks an Amazon Linux 2023 image; whether its imds_support decides here is not shown by the code",
    ),
    (
        Reason(K.NOT_IN_TERRAFORM, "EKS Auto Mode"),
        "EKS Auto Mode launches the nodes, and what it sets for them cannot be said in Terraform",
    ),
    (
        Reason(K.THROUGH_GROUP, cause=Reason(K.NOT_IN_CODE, "it")),
        "it launches through an Auto Scaling group: it is not in the code",
    ),
    (Reason(K.CLUSTER_OUTSIDE), "its EMR cluster, and the cluster's security configuration, are not in the code"),
    (
        Reason(K.PLATFORM_DECIDES, "DisableIMDSv1"),
        "the platform decides what holds without the setting DisableIMDSv1, and the code does not show which it is",
    ),
    (Reason(K.SETTING_TWICE, "DisableIMDSv1"), "the setting DisableIMDSv1 is given twice, with different values"),
    (
        Reason(K.SETTING_UNSURE, "DisableIMDSv1", "namespace", cause=Reason(K.NO_VALUE, "var.n")),
        "a setting may be DisableIMDSv1, but its namespace cannot be computed: var.n is a variable without a value",
    ),
    (Reason(K.NOT_ACCEPTED, "imds_support", expected='"v2.0"'), 'imds_support accepts nothing but "v2.0"'),
    (Reason(K.SAYS_NOTHING, "the fleet"), "the fleet says nothing about what it launches"),
    (Reason(K.INSTANT_FLEETS_ONLY), "metadata_options of an override are accepted for fleets of type instant only"),
    (
        Reason(K.SENT_BESIDE_ENDPOINT),
        (
            'the provider sends this only if the block also says http_endpoint = "enabled"; '
            "whether the newest version still does so is not documented"
        ),
    ),
    (Reason(K.UNREADABLE), "it cannot be read"),
    (Reason(K.COMPOSITES_TOO_DEEP, "20"), "more than 20 composite alarms listen to one another"),
    (Reason(K.ALARM_FAULT, detail="notifies nobody"), "notifies nobody"),
    (
        Reason(K.ALARM_FAULT, detail="may notify nobody", cause=Reason(K.NO_VALUE, "var.x")),
        "may notify nobody: var.x is a variable without a value",
    ),
    (Reason(K.OTHER_INSTANCES), "looks at other instances"),
    (Reason(K.OTHER_INSTANCE, "a.b"), "watches another instance: InstanceId is that of a.b"),
    (Reason(K.OTHER_ID, "i-0abc"), "watches another instance: InstanceId is i-0abc"),
    (Reason(K.NO_INSTANCE), "looks at no instance: no metric has its dimensions"),
    (
        Reason(K.INSTANCES_UNNAMED, "a group"),
        "names an instance by its id, and code cannot name those of a group: it takes a Metrics Insights query",
    ),
    (Reason(K.OWN_ROOT_ONLY), "names instances of its own root module"),
    (Reason(K.OTHER_ROOT, "a.b"), "a.b stands in another root module, and no estate of the policy joins the two"),
    (Reason(K.ACCOUNTS_DIFFER, "aws.x", "aws"), "is in another account (provider aws.x, and the launch has aws)"),
    (
        Reason(K.PROVIDERS_APART, "aws"),
        "is in another account, as far as the code shows (provider aws of another root module)",
    ),
    (
        Reason(K.REGIONS_DIFFER, "eu-west-1", "us-east-1"),
        "is in another Region (eu-west-1, and the launch is in us-east-1)",
    ),
    (
        Reason(K.REGIONS_DIFFER, detail="us-east-1"),
        "is in another Region (not known, and the launch is in us-east-1)",
    ),
    (
        Reason(K.READS_ITS_OWN, "a.b", cause=Reason(K.ACCOUNTS_DIFFER, "aws.x", "aws")),
        "a.b is in another account (provider aws.x, and the launch has aws): an alarm reads the metrics of its own",
    ),
    (
        Reason(K.WATCH_UNTOLD, "a.b", "a.web", cause=Reason(K.WHERE_UNREAD)),
        "It cannot be told whether a.b watches a.web: the alarm's query has a WHERE in words that are not read",
    ),
    (
        Reason(K.TAKEN_IN_BUT, "a.b", cause=Reason(K.ALARM_FAULT, detail="notifies nobody")),
        "a.b takes it in, but notifies nobody",
    ),
    (
        Reason(K.COUNTS_NOTHING, "a.web", "calls without a token that are refused"),
        "counts calls without a token that are refused, and the metadata endpoint of a.web is off",
    ),
    (
        Reason(K.COUNTS_ANSWERED, "a.web"),
        (
            "is on another metric: MetadataNoToken counts calls without a token that are answered, and a.web refuses "
            "them (MetadataNoTokenRejected)"
        ),
    ),
    (
        Reason(K.COUNTS_REFUSED, "a.web"),
        (
            "is on another metric: MetadataNoTokenRejected counts calls without a token that are refused, and a.web "
            "answers them (MetadataNoToken)"
        ),
    ),
    (Reason(K.ID_UNSURE, "a.b.arn"), "whether a.b.arn is the id of an instance is not known"),
    (
        Reason(K.DIMENSION_UNDOCUMENTED, "ImageId"),
        "whether AWS publishes the metric by ImageId is not documented",
    ),
    (
        Reason(K.GROUP_UNDOCUMENTED, "AutoScalingGroupName"),
        (
            "whether AWS publishes the metric by AutoScalingGroupName is not documented: a Metrics Insights query "
            "takes in every instance"
        ),
    ),
    (Reason(K.METRIC_MATH), "what the alarm's metric math makes of the metric cannot be told"),
    (Reason(K.PROMQL), "the alarm asks in PromQL, and what that lets through is not read"),
    (Reason(K.QUERY_LIMIT), "the alarm's query has a LIMIT and no ORDER BY ... DESC: it may drop any instance"),
    (Reason(K.QUERY_UNREAD), "the query is not a Metrics Insights query that can be read"),
    (Reason(K.WHERE_UNREAD), "the alarm's query has a WHERE in words that are not read"),
    (Reason(K.OTHER_ACCOUNT), "the alarm reads the metrics of an account named by its id"),
    (Reason(K.ID_NOT_SHOWN, "i-0abc"), "the code does not show whose id i-0abc is"),
    (Reason(K.STARTS_NOTHING), "it starts no instances itself"),
    (
        Reason(K.STARTS_NOTHING, "a.b"),
        "a.b starts no instances itself: what launches through it is watched, or not",
    ),
    (Reason(K.METRICS_ELSEWHERE), "the account's own metrics are not known to show its instances"),
    (
        Reason(K.ALARM_SAYS, "a.b", cause=Reason(K.OTHER_INSTANCES)),
        "a.b looks at other instances",
    ),
    (
        Reason(K.WHERE_KEEPS_OUT, "it", cause=Reason(K.TAG_ABSENT, "a", expected="tag.a = 'b'")),
        "does not let it through its WHERE: tag.a = 'b', and it has no tag a",
    ),
    (
        Reason(K.TELEMETRY_UNKNOWN),
        "if resource tags on telemetry are switched on in the account, which code does not show",
    ),
    (Reason(K.WHERE_ACCOUNT), "the alarm's query names an account by its id"),
    (
        Reason(K.WHERE_OTHER_ACCOUNTS),
        "AWS.AccountId != CURRENT_ACCOUNT_ID(), and it is in the alarm's own account",
    ),
    (
        Reason(K.WHERE_DIMENSION, "ImageId"),
        "the alarm's query has a WHERE on ImageId, and whether AWS publishes the metric by that is not documented",
    ),
    (
        Reason(K.WHERE_UNEQUAL, "a", expected="tag.a != 'b'"),
        "whether != lets an instance through that has no tag a is not documented",
    ),
    (
        Reason(K.WHERE_PERCENT, expected="tag.a = 'b%'"),
        "the alarm's query has WHERE tag.a = 'b%', and what % stands for is not documented",
    ),
    (
        Reason(K.WHERE_ID, expected="InstanceId = 'i-0abc'"),
        "the alarm's query has WHERE InstanceId = 'i-0abc', and the code does not show whose id that is",
    ),
    (
        Reason(K.TAG_UNTOLD, "a", expected="tag.a = 'b'", cause=Reason(K.NO_VALUE, "var.x")),
        "the alarm's query has WHERE tag.a = 'b', and the tag a cannot be told: var.x is a variable without a value",
    ),
    (
        Reason(K.TAG_NO_TEXT, "a", expected="tag.a = 'b'"),
        "the alarm's query has WHERE tag.a = 'b', and the tag a is no text",
    ),
    (Reason(K.TAG_ABSENT, "a", expected="tag.a = 'b'"), "tag.a = 'b', and it has no tag a"),
    (Reason(K.TAG_DIFFERS, "a", "'c'", "tag.a = 'b'"), "tag.a = 'b', and its tag a is 'c'"),
    (Reason(K.INSTANCE_DIFFERS, expected="InstanceId = 'i'"), "InstanceId = 'i', and it is another instance"),
    (Reason(K.INSTANCE_SAME, expected="InstanceId != 'i'"), "InstanceId != 'i', and it is that very instance"),
    (Reason(K.ONE_INSTANCE, expected="InstanceId = 'i'"), "InstanceId = 'i', which is one instance"),
    (Reason(K.NOT_JSON, "content", "Expecting value"), "content is not JSON: Expecting value"),
    (Reason(K.NOT_JSON, "content"), "content is not JSON"),
    (Reason(K.SENSITIVE), "it is a sensitive value, of which nothing is shown"),
    (Reason(K.NO_REGION), "policies of an organisation have no Region"),
    (Reason(K.MANIFEST_UNREAD, cause=Reason(K.NOT_YAML)), "a manifest in it is not YAML"),
    (
        Reason(K.RELEASE_NEEDS_V1, "emr-6.1.0", "MinimumInstanceMetadataServiceVersion"),
        "a cluster of emr-6.1.0, which needs IMDSv1, does not start with MinimumInstanceMetadataServiceVersion 2",
    ),
    (Reason(K.USER_DATA_UNPLACED, "aws_x"), "where aws_x has its user data is not known"),
    (Reason(K.NOT_TEXT), "it is no text"),
    (Reason(K.HASH_ONLY), "only a hash of it is known here"),
    (Reason(K.NOT_YAML), "is not YAML"),
    (Reason(K.YAML_TOO_DEEP, "48"), "nests deeper than 48 levels"),
    (Reason(K.YAML_TOO_LARGE), "is too large to be read"),
    (Reason(K.TOO_LARGE, "user data", "1,000"), "user data: it is larger than 1,000 bytes"),
    (
        Reason(K.NOT_GZIP, "user data", "it ends too early"),
        "user data: it is not a whole gzip file (it ends too early)",
    ),
    (Reason(K.MIME_UNREAD, "user data", "no header"), "user data: not a readable MIME message (no header)"),
    (Reason(K.PART_UNREAD, "part 1 (a/b)"), "part 1 (a/b): parts of this type are not read"),
    (Reason(K.PARTS_TOO_DEEP, "user data"), "user data: parts in parts too deep to follow"),
    (Reason(K.FORMAT_UNREAD, "user data", "XML"), "user data: XML is not read"),
    (Reason(K.UPSTART_UNREAD, "user data"), "user data: jobs of upstart are not read"),
    (Reason(K.JSON_BROKEN, "user data"), "user data: JSON that cannot be read"),
    (Reason(K.TOML_BROKEN, "user data"), "user data: it looks like TOML, and cannot be read as such"),
    (Reason(K.YAML_BROKEN, "user data", cause=Reason(K.NOT_YAML)), "user data: it looks like YAML, and is not YAML"),
    (
        Reason(K.CLOUD_CONFIG_BROKEN, "user data", "3", cause=Reason(K.NOT_YAML)),
        "user data: cloud-config that is not YAML at line 3",
    ),
    (
        Reason(K.CLOUD_CONFIG_BROKEN, "user data", cause=Reason(K.NOT_YAML)),
        "user data: cloud-config that is not YAML",
    ),
    (
        Reason(K.PLAYBOOK_BROKEN, "user data", cause=Reason(K.YAML_TOO_DEEP, "48")),
        "user data: a playbook that nests deeper than 48 levels",
    ),
    (Reason(K.DOCUMENT_BROKEN, "aws_ssm_document.d", cause=Reason(K.NOT_YAML)), "aws_ssm_document.d is not YAML"),
    (
        Reason(K.FETCHED_AT_BOOT, "user data", "what it includes"),
        "user data: what it includes is fetched at boot",
    ),
    (Reason(K.FETCHED_FROM, "user data: /a", "s3://b/a"), "user data: /a is fetched at boot from s3://b/a"),
    (Reason(K.LANGUAGE_UNREAD, "user data: /a", "perl"), "user data: /a is a script of perl, which is not read"),
    (Reason(K.LANGUAGE_UNREAD, "user data: /a"), "user data: /a is a script of a language that is not read"),
    (Reason(K.TYPE_UNKNOWN, "user data"), "user data: a script of executeScript that is of no known type"),
    (Reason(K.FILE_UNKNOWN, "write_files /a"), "write_files /a: what is in it is not known"),
    (Reason(K.COMMAND_UNKNOWN, "user data", "runcmd"), "user data: a command of runcmd is not known"),
    (
        Reason(K.KEY_NAMES_SERVICE, "user data: phone_home", "3"),
        "user data: phone_home names the metadata service at line 3, and is not read",
    ),
    (Reason(K.SETTINGS_NAME_SERVICE, "user data"), "user data: its settings name the metadata service"),
    (Reason(K.STEP_NAMES_SERVICE, "a.b"), "a.b names the metadata service in a step that is not read"),
    (Reason(K.PARAMETER_NAMES_SERVICE, "a.b"), "a.b names the metadata service in a parameter that is not read"),
    (Reason(K.MANY_CALLS, "user data"), "user data: it has too many calls to be followed"),
    (Reason(K.PYTHON_TOO_DEEP, "user data"), "user data: its lines are indented too deep to be followed"),
    (Reason(K.MANY_SCRIPTS, "200", "100"), "user data: more than 200 scripts or 100 calls"),
    (Reason(K.SCRIPTS_TOO_DEEP), "user data: it nests too deep, or is too long, to be followed"),
    (
        Reason(K.USER_DATA_LINE, "4", cause=Reason(K.AFTER_APPLY, "a.b.c")),
        "line 4 is not known: a.b.c is known only after apply",
    ),
    (Reason(K.NOT_IN_PLAN, "where var.x is set"), "the plan does not show where var.x is set"),
    (Reason(K.FUNCTION_HIDDEN), "a plan does not show what a function of constants gives"),
    (Reason(K.LOCAL_HIDDEN, "local.x"), "a plan does not show what local.x stands for"),
    (Reason(K.DYNAMIC_HIDDEN), "a plan does not show what a dynamic block sets its arguments to"),
    (
        Reason(K.DYNAMIC_POSSIBLE, "a.b.c"),
        "a plan does not show dynamic blocks, and one may depend on a.b.c, which nothing that it shows uses",
    ),
    (Reason(K.DYNAMIC_UNCOUNTED), "set by a dynamic block whose for_each is known only after apply"),
    (Reason(K.CHOICE_HIDDEN, "id", "name"), "a plan does not show which of id and name is set"),
    (Reason(K.MIX_HIDDEN, "a.b.c", "a.d.c"), "a plan does not show how it depends on a.b.c and a.d.c"),
    (Reason(K.REFERS_TO_ITSELF, "module.m.o"), "module.m.o refers to itself"),
    (Reason(K.MANY_REFERENCES, "1000"), "it refers to more than 1000 things"),
    (Reason(K.LONG_CHAIN, "module.m.o", "100"), "module.m.o leads through more than 100 references"),
    (Reason(K.NOT_IN_DOCUMENT), "the document does not show the configuration of this resource"),
    (Reason(K.NOT_A_VALUE, "Decimal"), "the document gives it as Decimal"),
    (Reason(K.DOCUMENT_TOO_DEEP), "the value is nested too deeply to be read"),
    (Reason(K.REGION_NOT_IN_STATE), "a state does not say which Region this resource is in"),
    (Reason(K.HANDED_ON, "module.m"), "its id goes into module.m, which is not there and may watch it"),
    (
        Reason(K.NOTHING_REFUSED, "alarm.a"),
        "alarm.a counts refused calls, and none is refused while tokens are optional",
    ),
    (Reason(K.NOTHING_REFUSED), "no call is refused while tokens are optional"),
    (Reason(K.ENDPOINT_OFF, "a"), "a counts refused calls, and there are none while the metadata endpoint is off"),
    (Reason(K.ENDPOINT_OFF), "there are no calls while the metadata endpoint is off"),
    (Reason(K.DEFERRED, "absent_prereq"), "Terraform has put off planning it (absent_prereq)"),
]


@pytest.mark.parametrize(("reason", "words"), WORDS, ids=[words for _, words in WORDS])
def test_a_reason_in_words(reason: Reason, words: str) -> None:
    assert sentence(reason) == words


def test_every_kind_has_its_words_and_stands_in_this_table() -> None:
    assert set(SENTENCES) == set(ReasonKind)
    assert {reason.kind for reason, _ in WORDS} == set(ReasonKind)


def test_the_page_on_json_lists_every_kind() -> None:
    text = JSON_PAGE.read_text(encoding="utf-8").partition("## What an unknown comes down to")[2]
    assert re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE) == [kind.value for kind in ReasonKind]


def test_no_reason_has_no_words() -> None:
    assert sentence(None) == ""
    assert kind_of(None) is None


def test_a_reason_comes_down_to_the_last_one_behind_it() -> None:
    middle = Reason(K.NOT_COMPUTED, "which launch template is used", cause=Reason(K.NO_VALUE, "var.id"))
    assert kind_of(Reason(K.NOT_COMPUTED, "whether it exists", cause=middle)) == "variable_without_value"
    assert kind_of(middle.cause) == "variable_without_value"
    assert kind_of(Reason(K.NOT_COMPUTED, "which image is launched")) == "not_computed"


TRACE = (Step("aws_launch_template.web"),)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (Option(HTTP_TOKENS, None, Source.UNKNOWN, reason=Reason(K.NO_VALUE, "var.x")),
         "var.x is a variable without a value"),
        (Option(HTTP_TOKENS, None, Source.UNKNOWN), "http_tokens cannot be computed"),
        (Option(HTTP_TOKENS, None, Source.SERVICE_DEFAULT),
         'nothing sets http_tokens, and the service\'s own default is "optional"'),
        (Option(HTTP_TOKENS, "required", Source.LAUNCH_TEMPLATE, trace=TRACE),
         'http_tokens is "required" in aws_launch_template.web'),
        (Option(HTTP_TOKENS, "required", Source.REGION_DEFAULT, trace=(Step("a.b"),)),
         'http_tokens is "required" by the Region default a.b'),
        (Option(HTTP_TOKENS, "required", Source.AMI, trace=(Step("a.b"),)),
         'http_tokens is "required" by the image a.b'),
        (Option(HTTP_TOKENS, "required", Source.LAUNCH), 'http_tokens is "required" in the launch'),
        (Option(HTTP_TOKENS, "required", Source.LAUNCH, sensitive=True),
         "http_tokens is a sensitive value in the launch"),
    ],
)  # fmt: skip
def test_which_layer_gives_an_option_its_value(option: Option, words: str) -> None:
    assert because(option) == words
