"""Why something is unknown, in words: one table from a reason's kind to its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.option import HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from imdsguard.model.alarm_fault import AlarmFault
    from imdsguard.model.option import Option

K = ReasonKind

SENTENCES: dict[ReasonKind, str] = {
    K.AFTER_APPLY: "{subject} is known only after apply",
    K.NO_VALUE: "{subject} is a variable without a value",
    K.REFUSED: "{subject}: {detail}",
    K.LIMIT: "{detail}",
    K.OUTSIDE_REPOSITORY: "{subject} lies outside of the repository, where nothing is read",
    K.FILE_UNREAD: "{subject} is not read: {detail}",
    K.TOO_DEEP: "the value nests deeper than we follow",
    K.NEW_AT_EACH_APPLY: "{subject} gives another value at each apply",
    K.TIME_OF_APPLY: "{subject} is the time of the apply",
    K.PROVIDER_FUNCTION: "the function {subject} is defined by a provider",
    K.COMPRESSOR: "the bytes that {subject} gives depend on Terraform's own compressor",
    K.KEY_FORMAT: "{subject} with a key of this kind is not computed",
    K.HOME_NOT_SET: "{subject} needs HOME, which is not set",
    K.NO_WORKSPACE: "terraform.workspace is not given",
    K.DATA_SOURCE: "{subject} is read by Terraform at plan or apply time",
    K.MODULE_MISSING: "{subject} is not there: its outputs are not known",
    K.REGION_NOT_NAMED: "{subject} names no Region: the environment or a profile does",
    K.REGION_OUTSIDE: "the Region is set outside the code (environment or profile)",
    K.PROVIDER_NOT_CONFIGURED: "provider {subject} is not configured",
    K.PROVIDER_FOR_EACH: "provider {subject} has for_each, and which of its instances is meant is not said",
    K.PROVIDER_INSTANCE: "which instance of provider {subject} is meant cannot be computed",
    K.PROVIDER_EXPRESSION: "its provider argument is not a plain reference",
    K.PROVIDER_NOT_PASSED: 'the call of the module hands no provider "{subject}" over',
    K.NOT_COMPUTED: "{subject} cannot be computed",
    K.UNDOCUMENTED: "{subject} is not documented",
    K.NOT_IN_CODE: "{subject} is not in the code",
    K.OPTION_REFUSED: "{subject} is {detail}, which AWS refuses: it must be {expected}",
    K.REPEATED_BLOCK: "there is more than one {subject} block, which Terraform refuses",
    K.NAMES_NOTHING: "{subject} names no {detail}",
    K.DEFAULTS_DIFFER: "{subject} set the defaults of one account and Region differently",
    K.ASSUMPTION_UNSURE: (
        "whether this is launched in {subject}, for which the policy assumes a default, is not known"
    ),
    K.TEMPLATE_OUTSIDE: "its launch template is not in the code, or it cannot be computed which one it is",
    K.OPTIONS_UNREAD: "where it has any is not known",
    K.VERSION_UNREAD: "where {subject} names the version of its launch template is not known",
    K.TAGS_UNREAD: "which tags {subject} gives its instances is not read",
    K.TAGS_OF_AWS: "AWS sets such tags itself, and the code does not show them",
    K.NO_ARGUMENT: "Terraform has no argument for {subject}, and {detail} is not documented",
    K.TEMPLATE_OF_SERVICE: "{subject} makes the launch template itself, and what it sets there is not documented",
    K.LAUNCH_OF_SERVICE: (
        "{subject} says itself how its instances are launched, and what it sets there is not documented"
    ),
    K.INSTANCES_OF_SERVICE: (
        "{subject} launches and manages the instances itself, and what it sets for them is not documented"
    ),
    K.IMAGE_OF_SERVICE: (
        "{subject} picks the image, and the code does not show whether its imds_support requires tokens"
    ),
    K.IMAGE_MAY_DECIDE: "{subject} picks {detail}; whether its imds_support decides here is not shown by the code",
    K.NOT_IN_TERRAFORM: "{subject} launches the nodes, and what it sets for them cannot be said in Terraform",
    K.THROUGH_GROUP: "it launches through an Auto Scaling group",
    K.CLUSTER_OUTSIDE: "its EMR cluster, and the cluster's security configuration, are not in the code",
    K.PLATFORM_DECIDES: (
        "the platform decides what holds without the setting {subject}, and the code does not show which it is"
    ),
    K.SETTING_TWICE: "the setting {subject} is given twice, with different values",
    K.SETTING_UNSURE: "a setting may be {subject}, but its {detail} cannot be computed",
    K.NOT_ACCEPTED: "{subject} accepts nothing but {expected}",
    K.SAYS_NOTHING: "{subject} says nothing about what it launches",
    K.INSTANT_FLEETS_ONLY: "metadata_options of an override are accepted for fleets of type instant only",
    K.SENT_BESIDE_ENDPOINT: (
        'the provider sends this only if the block also says http_endpoint = "enabled"; whether '
        "the newest version still does so is not documented"
    ),
    K.UNREADABLE: "it cannot be read",
    K.COMPOSITES_TOO_DEEP: "more than {subject} composite alarms listen to one another",
    K.ALARM_FAULT: "{detail}",
    K.OTHER_INSTANCES: "looks at other instances",
    K.OTHER_INSTANCE: "watches another instance: InstanceId is that of {subject}",
    K.OTHER_ID: "watches another instance: InstanceId is {subject}",
    K.NO_INSTANCE: "looks at no instance: no metric has its dimensions",
    K.INSTANCES_UNNAMED: (
        "names an instance by its id, and code cannot name those of {subject}: it takes a Metrics Insights query"
    ),
    K.OWN_ROOT_ONLY: "names instances of its own root module",
    K.OTHER_ROOT: "{subject} stands in another root module, and no estate of the policy joins the two",
    K.ACCOUNTS_DIFFER: "is in another account (provider {subject}, and the launch has {detail})",
    K.PROVIDERS_APART: ("is in another account, as far as the code shows (provider {subject} of another root module)"),
    K.REGIONS_DIFFER: "is in another Region ({subject}, and the launch is in {detail})",
    K.READS_ITS_OWN: "{subject} {cause}: an alarm reads the metrics of its own",
    K.WATCH_UNTOLD: "It cannot be told whether {subject} watches {detail}",
    K.TAKEN_IN_BUT: "{subject} takes it in, but {cause}",
    K.COUNTS_NOTHING: "counts {detail}, and the metadata endpoint of {subject} is off",
    K.COUNTS_ANSWERED: (
        "is on another metric: MetadataNoToken counts calls without a token that are answered, and {subject} "
        "refuses them (MetadataNoTokenRejected)"
    ),
    K.COUNTS_REFUSED: (
        "is on another metric: MetadataNoTokenRejected counts calls without a token that are refused, and {subject} "
        "answers them (MetadataNoToken)"
    ),
    K.ID_UNSURE: "whether {subject} is the id of an instance is not known",
    K.DIMENSION_UNDOCUMENTED: "whether AWS publishes the metric by {subject} is not documented",
    K.GROUP_UNDOCUMENTED: (
        "whether AWS publishes the metric by {subject} is not documented: a Metrics Insights query takes in every "
        "instance"
    ),
    K.METRIC_MATH: "what the alarm's metric math makes of the metric cannot be told",
    K.PROMQL: "the alarm asks in PromQL, and what that lets through is not read",
    K.QUERY_LIMIT: ("the alarm's query has a LIMIT and no ORDER BY ... DESC: it may drop any instance"),
    K.QUERY_UNREAD: "the query is not a Metrics Insights query that can be read",
    K.WHERE_UNREAD: "the alarm's query has a WHERE in words that are not read",
    K.OTHER_ACCOUNT: "the alarm reads the metrics of an account named by its id",
    K.ID_NOT_SHOWN: "the code does not show whose id {subject} is",
    K.STARTS_NOTHING: "{subject} starts no instances itself: what launches through it is watched, or not",
    K.METRICS_ELSEWHERE: "the account's own metrics are not known to show its instances",
    K.ALARM_SAYS: "{subject} {cause}",
    K.WHERE_KEEPS_OUT: "does not let {subject} through its WHERE",
    K.TELEMETRY_UNKNOWN: "if resource tags on telemetry are switched on in the account, which code does not show",
    K.WHERE_ACCOUNT: "the alarm's query names an account by its id",
    K.WHERE_OTHER_ACCOUNTS: "AWS.AccountId != CURRENT_ACCOUNT_ID(), and it is in the alarm's own account",
    K.WHERE_DIMENSION: (
        "the alarm's query has a WHERE on {subject}, and whether AWS publishes the metric by that is not documented"
    ),
    K.WHERE_UNEQUAL: "whether != lets an instance through that has no tag {subject} is not documented",
    K.WHERE_PERCENT: "the alarm's query has WHERE {expected}, and what % stands for is not documented",
    K.WHERE_ID: "the alarm's query has WHERE {expected}, and the code does not show whose id that is",
    K.TAG_UNTOLD: "the alarm's query has WHERE {expected}, and the tag {subject} cannot be told",
    K.TAG_NO_TEXT: "the alarm's query has WHERE {expected}, and the tag {subject} is no text",
    K.TAG_ABSENT: "{expected}, and it has no tag {subject}",
    K.TAG_DIFFERS: "{expected}, and its tag {subject} is {detail}",
    K.INSTANCE_DIFFERS: "{expected}, and it is another instance",
    K.INSTANCE_SAME: "{expected}, and it is that very instance",
    K.ONE_INSTANCE: "{expected}, which is one instance",
    K.NOT_JSON: "{subject} is not JSON: {detail}",
    K.SENSITIVE: "it is a sensitive value, of which nothing is shown",
    K.NO_REGION: "policies of an organisation have no Region",
    K.MANIFEST_UNREAD: "a manifest in it {cause}",
    K.RELEASE_NEEDS_V1: "a cluster of {subject}, which needs IMDSv1, does not start with {detail} 2",
    K.USER_DATA_LINE: "line {subject} is not known",
    K.USER_DATA_UNPLACED: "where {subject} has its user data is not known",
    K.NOT_TEXT: "it is no text",
    K.HASH_ONLY: "only a hash of it is known here",
    K.NOT_YAML: "is not YAML",
    K.YAML_TOO_DEEP: "nests deeper than {subject} levels",
    K.YAML_TOO_LARGE: "is too large to be read",
    K.TOO_LARGE: "{subject}: it is larger than {detail} bytes",
    K.NOT_GZIP: "{subject}: it is not a whole gzip file ({detail})",
    K.MIME_UNREAD: "{subject}: not a readable MIME message ({detail})",
    K.PART_UNREAD: "{subject}: parts of this type are not read",
    K.PARTS_TOO_DEEP: "{subject}: parts in parts too deep to follow",
    K.FORMAT_UNREAD: "{subject}: {detail} is not read",
    K.UPSTART_UNREAD: "{subject}: jobs of upstart are not read",
    K.JSON_BROKEN: "{subject}: JSON that cannot be read",
    K.TOML_BROKEN: "{subject}: it looks like TOML, and cannot be read as such",
    K.YAML_BROKEN: "{subject}: it looks like YAML, and {cause}",
    K.CLOUD_CONFIG_BROKEN: "{subject}: cloud-config that {cause} at line {detail}",
    K.PLAYBOOK_BROKEN: "{subject}: a playbook that {cause}",
    K.DOCUMENT_BROKEN: "{subject} {cause}",
    K.FETCHED_AT_BOOT: "{subject}: {detail} is fetched at boot",
    K.FETCHED_FROM: "{subject} is fetched at boot from {detail}",
    K.LANGUAGE_UNREAD: "{subject} is a script of {detail}, which is not read",
    K.TYPE_UNKNOWN: "{subject}: a script of executeScript that is of no known type",
    K.FILE_UNKNOWN: "{subject}: what is in it is not known",
    K.COMMAND_UNKNOWN: "{subject}: a command of {detail} is not known",
    K.KEY_NAMES_SERVICE: "{subject} names the metadata service at line {detail}, and is not read",
    K.SETTINGS_NAME_SERVICE: "{subject}: its settings name the metadata service",
    K.STEP_NAMES_SERVICE: "{subject} names the metadata service in a step that is not read",
    K.PARAMETER_NAMES_SERVICE: "{subject} names the metadata service in a parameter that is not read",
    K.MANY_CALLS: "{subject}: it has too many calls to be followed",
    K.PYTHON_TOO_DEEP: "{subject}: its lines are indented too deep to be followed",
    K.MANY_SCRIPTS: "user data: more than {subject} scripts or {detail} calls",
    K.SCRIPTS_TOO_DEEP: "user data: it nests too deep, or is too long, to be followed",
    K.NOT_IN_PLAN: "the plan does not show {subject}",
    K.FUNCTION_HIDDEN: "a plan does not show what a function of constants gives",
    K.LOCAL_HIDDEN: "a plan does not show what {subject} stands for",
    K.DYNAMIC_HIDDEN: "a plan does not show what a dynamic block sets its arguments to",
    K.DYNAMIC_POSSIBLE: (
        "a plan does not show dynamic blocks, and one may depend on {subject}, which nothing that it shows uses"
    ),
    K.DYNAMIC_UNCOUNTED: "set by a dynamic block whose for_each is known only after apply",
    K.CHOICE_HIDDEN: "a plan does not show which of {subject} and {detail} is set",
    K.MIX_HIDDEN: "a plan does not show how it depends on {subject} and {detail}",
    K.REFERS_TO_ITSELF: "{subject} refers to itself",
    K.MANY_REFERENCES: "it refers to more than {subject} things",
    K.LONG_CHAIN: "{subject} leads through more than {detail} references",
    K.NOT_IN_DOCUMENT: "the document does not show the configuration of this resource",
    K.NOT_A_VALUE: "the document gives it as {subject}",
    K.DOCUMENT_TOO_DEEP: "the value is nested too deeply to be read",
    K.REGION_NOT_IN_STATE: "a state does not say which Region this resource is in",
    K.HANDED_ON: "its id goes into {subject}, which is not there and may watch it",
    K.NOTHING_REFUSED: "{subject} counts refused calls, and none is refused while tokens are optional",
    K.ENDPOINT_OFF: "{subject} counts refused calls, and there are none while the metadata endpoint is off",
    K.DEFERRED: "Terraform has put off planning it ({subject})",
}
"""What is said of each kind. The reason behind the reason stands where `{cause}` is, else at the end, after a colon."""

WITHOUT_DETAIL: dict[ReasonKind, str] = {
    K.NOT_JSON: "{subject} is not JSON",
    K.CLOUD_CONFIG_BROKEN: "{subject}: cloud-config that {cause}",
    K.LANGUAGE_UNREAD: "{subject} is a script of a language that is not read",
}
"""What is said instead where the reason has no detail."""

WITHOUT_SUBJECT: dict[ReasonKind, str] = {
    K.NOTHING_REFUSED: "no call is refused while tokens are optional",
    K.ENDPOINT_OFF: "there are no calls while the metadata endpoint is off",
    K.AFTER_APPLY: "known only after apply",
    K.REFUSED: "{detail}",
    K.STARTS_NOTHING: "it starts no instances itself",
    K.REGIONS_DIFFER: "is in another Region (not known, and the launch is in {detail})",
}
"""What is said instead where the reason has no subject."""


def sentence(reason: Reason | None) -> str:
    """Say a reason in words that follow "because" or a colon; nothing where there is none."""
    if reason is None:
        return ""
    words = SENTENCES[reason.kind]
    if not reason.subject:
        words = WITHOUT_SUBJECT.get(reason.kind, words)
    elif not reason.detail:
        words = WITHOUT_DETAIL.get(reason.kind, words)
    cause = sentence(reason.cause)
    said = words.format(subject=reason.subject, detail=reason.detail, expected=reason.expected, cause=cause)
    if reason.place is not None:
        said = f"{said} (error at {reason.place.file}:{reason.place.line})"
    return f"{said}: {cause}" if cause and "{cause}" not in words else said


def kind_of(reason: Reason | None) -> str | None:
    """Give the word for what a reason comes down to: the kind of the last one behind it; None where there is none."""
    return reason.root.kind.value if reason is not None else None


def because(option: Option) -> str:
    """Say which layer gives a metadata option which value, or why that is not known, in words that follow a colon."""
    if not option.known:
        return sentence(option.reason) if option.reason else f"{option.name} cannot be computed"
    value = "a sensitive value" if option.sensitive else f'"{option.effective}"'
    if option.source is Source.SERVICE_DEFAULT:
        image = ", unless its image requires them" if option.name == HTTP_TOKENS and not option.sure else ""
        return f"nothing sets {option.name}, and the service's own default is {value}{image}"
    layer = option.trace[0].label if option.trace else "the launch"
    if option.source is Source.REGION_DEFAULT:
        return f"{option.name} is {value} by the Region default {layer}"
    if option.source is Source.AMI:
        return f"{option.name} is {value} by the image {layer}"
    return f"{option.name} is {value} in {layer}"


def fault_in_words(fault: AlarmFault) -> str:
    """Say what is wrong with an alarm: its message, and behind it the reason for what is unknown."""
    return f"{fault.message}: {sentence(fault.because)}{fault.rest}" if fault.because is not None else fault.message
