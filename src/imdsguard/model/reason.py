"""Why something is unknown, as data: its kind and what it is about. `imdsguard.report.reasons` puts it into words."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.place import Place
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator


class ReasonKind(str, Enum):
    """Kinds of causes; the values are words of the JSON contracts. What `subject` and `detail` are stands beside each.

    A new one needs its words in `imdsguard.report.reasons`, and a row in docs/json.md.
    """

    # The language: what an expression is made of.
    AFTER_APPLY = "after_apply"  # the attribute, where it is one
    NO_VALUE = "variable_without_value"  # var.NAME
    REFUSED = "refused"  # detail: Terraform's text of the error; subject: what was computed, where that is not said
    LIMIT = "limit"  # detail: which of our bounds is reached, as a problem of the run says it, too
    OUTSIDE_REPOSITORY = "outside_repository"  # the path
    FILE_UNREAD = "file_unread"  # the path; detail: what the system says
    TOO_DEEP = "nested_too_deep"
    NEW_AT_EACH_APPLY = "new_at_each_apply"  # the function
    TIME_OF_APPLY = "time_of_apply"  # the function
    PROVIDER_FUNCTION = "provider_function"  # the function
    COMPRESSOR = "compressor"  # the function
    KEY_FORMAT = "key_format"  # the function
    HOME_NOT_SET = "home_not_set"  # the function

    # Terraform: where values, modules and providers come from.
    NO_WORKSPACE = "workspace_not_given"
    DATA_SOURCE = "data_source"  # its address
    MODULE_MISSING = "module_missing"  # its address
    REGION_NOT_NAMED = "region_not_named"  # the provider configuration
    REGION_OUTSIDE = "region_outside_code"
    PROVIDER_NOT_CONFIGURED = "provider_not_configured"  # its name
    PROVIDER_FOR_EACH = "provider_for_each"  # its name
    PROVIDER_INSTANCE = "provider_instance"  # its name
    PROVIDER_EXPRESSION = "provider_expression"
    PROVIDER_NOT_PASSED = "provider_not_passed"  # its name inside the module

    # What several readers say. The subject may be a clause: "which launch template is used".
    NOT_COMPUTED = "not_computed"  # what cannot be computed
    UNDOCUMENTED = "undocumented"  # what AWS's documentation does not say
    NOT_IN_CODE = "not_in_code"  # what is somewhere else

    # AWS: what launches, options, tags and policies are told by.
    OPTION_REFUSED = "option_refused"  # the option; detail: what it is; expected: what AWS accepts
    REPEATED_BLOCK = "repeated_block"  # the block's type
    NAMES_NOTHING = "names_nothing"  # who names none; detail: of what
    DEFAULTS_DIFFER = "region_defaults_differ"  # the defaults of one account and Region
    ASSUMPTION_UNSURE = "assumption_unsure"  # the Regions of which the policy assumes something
    TEMPLATE_OUTSIDE = "template_outside"
    OPTIONS_UNREAD = "options_unread"
    VERSION_UNREAD = "version_unread"  # the type of which we do not read it
    TAGS_UNREAD = "tags_unread"  # the type of which we do not read it
    TAGS_OF_AWS = "tags_of_aws"
    NO_ARGUMENT = "no_argument"  # for what; detail: what the service does
    TEMPLATE_OF_SERVICE = "template_of_service"  # the service
    LAUNCH_OF_SERVICE = "launch_of_service"  # the service
    INSTANCES_OF_SERVICE = "instances_of_service"  # the service
    IMAGE_OF_SERVICE = "image_of_service"  # the service
    IMAGE_MAY_DECIDE = "image_may_decide"  # the service; detail: the image that it picks
    NOT_IN_TERRAFORM = "not_in_terraform"  # the service
    THROUGH_GROUP = "through_group"
    CLUSTER_OUTSIDE = "cluster_outside"
    PLATFORM_DECIDES = "platform_decides"  # the setting
    SETTING_TWICE = "setting_twice"  # the setting
    SETTING_UNSURE = "setting_unsure"  # the setting; detail: which part of it
    NOT_ACCEPTED = "not_accepted"  # the argument; expected: what AWS accepts
    SAYS_NOTHING = "says_nothing"  # who
    INSTANT_FLEETS_ONLY = "instant_fleets_only"
    SENT_BESIDE_ENDPOINT = "sent_beside_endpoint"
    UNREADABLE = "unreadable"
    COMPOSITES_TOO_DEEP = "composites_too_deep"  # how many we follow
    ALARM_FAULT = "alarm_fault"  # detail: what is wrong with the alarm, as its own finding says it
    OTHER_INSTANCES = "other_instances"
    OTHER_INSTANCE = "other_instance"  # the address of the instance whose id the alarm names
    OTHER_ID = "other_id"  # the id that the alarm names
    NO_INSTANCE = "no_instance"
    INSTANCES_UNNAMED = "instances_unnamed"  # what launches them: a group
    OWN_ROOT_ONLY = "own_root_only"
    OTHER_ROOT = "other_root"  # the alarm
    ACCOUNTS_DIFFER = "accounts_differ"  # the alarm's provider; detail: the launch's
    PROVIDERS_APART = "providers_apart"  # the alarm's provider
    REGIONS_DIFFER = "regions_differ"  # the alarm's Region, where it is known; detail: the launch's
    READS_ITS_OWN = "reads_its_own"  # the alarm; cause: in what it is apart from the launch
    WATCH_UNTOLD = "watch_untold"  # the alarm; detail: the launch
    TAKEN_IN_BUT = "taken_in_but"  # the alarm; cause: its fault
    COUNTS_NOTHING = "counts_nothing"  # the launch, whose endpoint is off; detail: the calls that the alarm counts
    COUNTS_ANSWERED = "counts_answered"  # the launch, which refuses them
    COUNTS_REFUSED = "counts_refused"  # the launch, which answers them
    ID_UNSURE = "id_unsure"  # what may be the id of an instance
    DIMENSION_UNDOCUMENTED = "dimension_undocumented"  # the dimension
    GROUP_UNDOCUMENTED = "group_metric_undocumented"  # the dimension, of groups
    METRIC_MATH = "metric_math"
    PROMQL = "promql"
    QUERY_LIMIT = "query_limit"
    QUERY_UNREAD = "query_unread"
    WHERE_UNREAD = "where_unread"
    OTHER_ACCOUNT = "other_account"
    ID_NOT_SHOWN = "id_not_shown"  # the id
    STARTS_NOTHING = "starts_nothing"  # the launch, where it is not the one that is spoken of
    METRICS_ELSEWHERE = "metrics_elsewhere"
    ALARM_SAYS = "alarm_answer"  # the alarm; cause: what it looks at
    WHERE_KEEPS_OUT = "where_keeps_out"  # it, or all its instances

    # A WHERE, and a launch. Expected is the condition.
    TELEMETRY_UNKNOWN = "telemetry_unknown"
    WHERE_ACCOUNT = "where_account"
    WHERE_OTHER_ACCOUNTS = "where_other_accounts"
    WHERE_DIMENSION = "where_dimension"  # the dimension
    WHERE_UNEQUAL = "where_unequal"  # the tag
    WHERE_PERCENT = "where_percent"
    WHERE_ID = "where_id"
    TAG_UNTOLD = "tag_untold"  # the tag
    TAG_NO_TEXT = "tag_no_text"  # the tag
    TAG_ABSENT = "tag_absent"  # the tag
    TAG_DIFFERS = "tag_differs"  # the tag; detail: what it is
    INSTANCE_DIFFERS = "instance_differs"
    INSTANCE_SAME = "instance_same"
    ONE_INSTANCE = "one_instance"

    # Documents in arguments, and user data.
    NOT_JSON = "not_json"  # the argument; detail: what the parser says
    SENSITIVE = "sensitive"
    NO_REGION = "without_region"
    MANIFEST_UNREAD = "manifest_unread"  # cause: what is wrong with it
    RELEASE_NEEDS_V1 = "release_needs_imdsv1"  # the release; detail: the setting that it cannot start with
    USER_DATA_LINE = "user_data_line"  # the number of the line
    USER_DATA_UNPLACED = "user_data_unplaced"  # the type of which we do not know where it is
    NOT_TEXT = "not_text"
    HASH_ONLY = "hash_only"
    NOT_YAML = "not_yaml"
    YAML_TOO_DEEP = "yaml_too_deep"  # how many levels we follow
    YAML_TOO_LARGE = "yaml_too_large"

    # Parts of user data, named as in a finding: "user data", "part 2 (text/x-shellscript)", "write_files /opt/a".
    TOO_LARGE = "too_large"  # the part; detail: how many bytes are read
    NOT_GZIP = "not_gzip"  # the part; detail: what is wrong with it
    MIME_UNREAD = "mime_unread"  # the part; detail: what is wrong with it
    PART_UNREAD = "part_unread"  # the part
    PARTS_TOO_DEEP = "parts_too_deep"  # the part
    FORMAT_UNREAD = "format_unread"  # the part; detail: what it is that is not read
    UPSTART_UNREAD = "upstart_unread"  # the part
    JSON_BROKEN = "json_broken"  # the part
    TOML_BROKEN = "toml_broken"  # the part
    YAML_BROKEN = "yaml_broken"  # the part; cause: what is wrong with it
    CLOUD_CONFIG_BROKEN = "cloud_config_broken"  # the part; detail: the line, where it is known; cause: what is wrong
    PLAYBOOK_BROKEN = "playbook_broken"  # the part; cause: what is wrong with it
    DOCUMENT_BROKEN = "command_document_broken"  # the document; cause: what is wrong with it
    FETCHED_AT_BOOT = "fetched_at_boot"  # the part; detail: what of it
    FETCHED_FROM = "fetched_from"  # the part and its file; detail: the address
    LANGUAGE_UNREAD = "language_unread"  # the part and its file; detail: the interpreter, where it is named
    TYPE_UNKNOWN = "script_type_unknown"  # the part
    FILE_UNKNOWN = "file_unknown"  # the part
    COMMAND_UNKNOWN = "command_unknown"  # the part; detail: the key of cloud-config
    KEY_NAMES_SERVICE = "key_names_service"  # the part and the key; detail: the line
    SETTINGS_NAME_SERVICE = "settings_name_service"  # the part
    STEP_NAMES_SERVICE = "step_names_service"  # the document
    PARAMETER_NAMES_SERVICE = "parameter_names_service"  # what gives a document parameters
    MANY_CALLS = "many_calls"  # the part
    PYTHON_TOO_DEEP = "python_too_deep"  # the part
    MANY_SCRIPTS = "many_scripts"  # how many scripts we follow; detail: how many calls
    SCRIPTS_TOO_DEEP = "scripts_too_deep"

    # Plans and states: what they leave out.
    NOT_IN_PLAN = "not_in_plan"  # what it is that the plan does not show
    FUNCTION_HIDDEN = "function_hidden"
    LOCAL_HIDDEN = "local_hidden"  # local.NAME
    DYNAMIC_HIDDEN = "dynamic_block_hidden"
    DYNAMIC_POSSIBLE = "dynamic_block_possible"  # an attribute that a dynamic block may be made from
    DYNAMIC_UNCOUNTED = "dynamic_block_uncounted"
    CHOICE_HIDDEN = "choice_hidden"  # two arguments, of which one is set
    MIX_HIDDEN = "mix_hidden"  # two attributes that it is made from
    REFERS_TO_ITSELF = "refers_to_itself"  # the reference
    MANY_REFERENCES = "many_references"  # how many we follow
    LONG_CHAIN = "long_chain"  # the reference; detail: how many we follow
    NOT_IN_DOCUMENT = "configuration_not_shown"
    NOT_A_VALUE = "not_a_value"  # the type of JSON that stands in its place
    DOCUMENT_TOO_DEEP = "document_too_deep"
    REGION_NOT_IN_STATE = "region_not_in_state"
    HANDED_ON = "handed_on"  # the module that is not there
    NOTHING_REFUSED = "nothing_refused"  # the alarms that count what is refused
    ENDPOINT_OFF = "endpoint_off"  # the same
    DEFERRED = "planning_deferred"  # Terraform's own word for why


@record(frozen=True, slots=True)
class Reason:
    """One cause. `subject` is what it is about (`var.tokens`, an address, a number), `detail` what its kind needs more.

    `expected` is what would be accepted in place of a value that is refused, `place` where an error of the code stands:
    its file and line. `cause` is the reason behind this one: which template is used cannot be computed because of that.
    """

    kind: ReasonKind
    subject: str = ""
    detail: str = ""
    expected: str = ""
    place: Place | None = None
    cause: Reason | None = None

    def chain(self) -> Iterator[Reason]:
        """Give this reason and those behind it, the last of all last."""
        reason: Reason | None = self
        while reason is not None:
            yield reason
            reason = reason.cause

    def comes_to(self, kind: ReasonKind) -> bool:
        """Whether it, or a reason behind it, is of this kind."""
        return any(reason.kind is kind for reason in self.chain())

    @property
    def root(self) -> Reason:
        """The last reason of the chain: what all of it comes down to."""
        return self if self.cause is None else self.cause.root


AFTER_APPLY = Reason(ReasonKind.AFTER_APPLY)


def refused(message: str, place: Place | None = None, subject: str = "") -> Reason:
    """Make the reason for an error of the code, at its file and line where these are known."""
    at = Place(place.file, place.line) if place is not None and place.line else None
    return Reason(ReasonKind.REFUSED, subject, message, place=at)


def limited(message: str) -> Reason:
    """Make the reason for a bound of ours that was reached."""
    return Reason(ReasonKind.LIMIT, detail=message)
