"""What is asked of AWS and in which calls, with botocore's Stubber in AWS's place: every call is held against it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, NoCredentialsError
from botocore.stub import ANY, Stubber

from imdsguard import read
from imdsguard.model.readiness import Doubt, Readiness, ReadinessAnswers, Window
from imdsguard.readiness.ask import Asking, ask_all
from imdsguard.readiness.clients import SKEW, Clients, Login, login
from imdsguard.readiness.metrics import HOUR, Question, Series, ask
from imdsguard.readiness.targets import targets_of
from imdsguard.readiness.trouble import Trouble, attempt
from imdsguard.run.errors import RunError, UsageError
from tests.readiness.states import ACCOUNT, REGION, instance, resource, state

DAY = 24 * HOUR
WINDOW = Window(20_000 * DAY, 20_001 * DAY)
FIRST, SECOND = "i-0123456789abcdef0", "i-0123456789abcdef1"


def stubbed(service: str) -> tuple[Any, Stubber]:
    client = boto3.client(service, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, timezone.utc)


def result(number: int, values: dict[int, float], status: str = "Complete") -> dict[str, Any]:
    return {
        "Id": f"m{number}",
        "Timestamps": [at(second) for second in values],
        "Values": list(values.values()),
        "StatusCode": status,
    }


QUIET = dict.fromkeys(range(WINDOW.start, WINDOW.end, HOUR), 0.0)
HALVES = dict(list(QUIET.items())[:12]), dict(list(QUIET.items())[12:])


# --- metrics ---


def questions(count: int) -> list[Question]:
    return [Question(f"i-{number:017x}", "MetadataNoToken") for number in range(count)]


def test_one_metric_is_asked_for_as_aws_names_it() -> None:
    client, stub = stubbed("cloudwatch")
    stub.add_response(
        "get_metric_data",
        {"MetricDataResults": [result(0, QUIET)]},
        {
            "MetricDataQueries": [
                {
                    "Id": "m0",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/EC2",
                            "MetricName": "MetadataNoToken",
                            "Dimensions": [{"Name": "InstanceId", "Value": FIRST}],
                        },
                        "Period": 3600,
                        "Stat": "Sum",
                    },
                    "ReturnData": True,
                }
            ],
            "StartTime": at(WINDOW.start),
            "EndTime": at(WINDOW.end),
            "ScanBy": "TimestampAscending",
        },
    )
    question = Question(FIRST, "MetadataNoToken")
    assert ask(client, [question], WINDOW) == {question: Series(QUIET)}


def test_pages_are_put_together_and_what_is_partial_on_the_way_is_not_in_the_end() -> None:
    client, stub = stubbed("cloudwatch")
    first, second = HALVES
    stub.add_response("get_metric_data", {"MetricDataResults": [result(0, first, "PartialData")], "NextToken": "more"})
    stub.add_response(
        "get_metric_data",
        {"MetricDataResults": [result(0, second)]},
        {"MetricDataQueries": ANY, "StartTime": ANY, "EndTime": ANY, "ScanBy": ANY, "NextToken": "more"},
    )
    (series,) = ask(client, questions(1), WINDOW).values()
    assert series == Series(QUIET)
    stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("answer", "doubt"),
    [
        ({"MetricDataResults": [result(0, QUIET, "PartialData")]}, Doubt.PARTIAL),
        ({"MetricDataResults": [result(0, QUIET, "InternalError")]}, Doubt.PARTIAL),
        ({"MetricDataResults": [result(0, {}, "Forbidden")]}, Doubt.DENIED),
        ({"MetricDataResults": [], "Messages": [{"Code": "ArithmeticError", "Value": "x"}]}, Doubt.PARTIAL),
    ],
)
def test_data_that_are_not_whole_say_so(answer: dict[str, Any], doubt: Doubt) -> None:
    client, stub = stubbed("cloudwatch")
    stub.add_response("get_metric_data", answer)
    (series,) = ask(client, questions(1), WINDOW).values()
    assert series.trouble is not None
    assert series.trouble.doubt is doubt


def test_thousands_are_asked_for_five_hundred_at_a_time_and_a_batch_that_is_throttled_costs_only_itself() -> None:
    client, stub = stubbed("cloudwatch")
    stub.add_response("get_metric_data", {"MetricDataResults": [result(n, QUIET) for n in range(500)]})
    stub.add_client_error("get_metric_data", "Throttling", "Rate exceeded")
    stub.add_response("get_metric_data", {"MetricDataResults": [result(n, QUIET) for n in range(200)]})
    heard: list[int] = []
    answers = ask(client, questions(1200), WINDOW, heard.append)
    troubles = [each.trouble.doubt if each.trouble else None for each in answers.values()]
    assert troubles == [None] * 500 + [Doubt.THROTTLED] * 500 + [None] * 200
    assert heard == [500, 1000, 1200]


def test_after_credentials_have_expired_nothing_more_is_asked() -> None:
    client, stub = stubbed("cloudwatch")
    stub.add_response("get_metric_data", {"MetricDataResults": [result(n, QUIET) for n in range(500)]})
    stub.add_client_error("get_metric_data", "ExpiredToken", "The security token included in the request is expired")
    answers = list(ask(client, questions(1200), WINDOW).values())
    assert answers[0] == Series(QUIET)
    assert {each.trouble.doubt for each in answers[500:] if each.trouble} == {Doubt.EXPIRED}
    assert len([each for each in answers if each.trouble]) == 700


def test_what_came_before_an_error_counts_where_it_says_something() -> None:
    client, stub = stubbed("cloudwatch")
    stub.add_response("get_metric_data", {"MetricDataResults": [result(0, {WINDOW.start: 4.0})], "NextToken": "more"})
    stub.add_client_error("get_metric_data", "InternalFailure", "")
    (series,) = ask(client, questions(1), WINDOW).values()
    assert (series.calls, series.trouble is not None) == (4, True)


def test_points_outside_the_window_are_not_of_it() -> None:
    client, stub = stubbed("cloudwatch")
    outside = {WINDOW.start - HOUR: 5.0, WINDOW.end: 5.0}
    stub.add_response("get_metric_data", {"MetricDataResults": [result(0, {**QUIET, **outside})]})
    (series,) = ask(client, questions(1), WINDOW).values()
    assert series == Series(QUIET)


# --- errors ---


def client_error(code: str) -> Callable[[], Any]:
    client, stub = stubbed("ec2")
    stub.add_client_error("describe_instances", code, "words of AWS")
    return client.describe_instances


def raising(error: Exception) -> Callable[[], Any]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "doubt"),
    [
        (lambda: client_error("UnauthorizedOperation"), Doubt.DENIED),
        (lambda: client_error("AccessDenied"), Doubt.DENIED),
        (lambda: client_error("ExpiredToken"), Doubt.EXPIRED),
        (lambda: client_error("AuthFailure"), Doubt.DENIED),
        (lambda: client_error("InvalidClientTokenId"), Doubt.BAD_CREDENTIALS),
        (lambda: client_error("RequestExpired"), Doubt.CLOCK),
        (lambda: client_error("RequestLimitExceeded"), Doubt.THROTTLED),
        (lambda: client_error("OptInRequired"), Doubt.REGION_OFF),
        (lambda: client_error("InvalidParameterValue"), Doubt.REFUSED),
        (lambda: raising(NoCredentialsError()), Doubt.NO_CREDENTIALS),
        (lambda: raising(EndpointConnectionError(endpoint_url="https://ec2")), Doubt.NO_NETWORK),
        (lambda: raising(ConnectTimeoutError(endpoint_url="https://ec2")), Doubt.NO_NETWORK),
    ],
)
def test_what_goes_wrong_is_told_apart(work: Callable[[], Callable[[], Any]], doubt: Doubt) -> None:
    trouble = attempt("ec2:DescribeInstances", work())
    assert isinstance(trouble, Trouble)
    assert trouble.doubt is doubt


# --- the whole way ---


def running(identifier: str, **more: Any) -> dict[str, Any]:
    return {
        "InstanceId": identifier,
        "LaunchTime": at(0),
        "State": {"Name": "running"},
        "MetadataOptions": {"HttpTokens": "optional", "HttpEndpoint": "enabled"},
        **more,
    }


class Aws:
    """Stubs in place of the clients of one account and Region."""

    def __init__(self, account: str = ACCOUNT, skew: int = 0) -> None:
        self.ec2, self.of_ec2 = stubbed("ec2")
        self.autoscaling, self.of_autoscaling = stubbed("autoscaling")
        self.cloudwatch, self.of_cloudwatch = stubbed("cloudwatch")
        self.clients = Clients(REGION, account, self.ec2, self.autoscaling, self.cloudwatch, skew)

    def has(self, *instances: dict[str, Any]) -> None:
        self.of_ec2.add_response("describe_instances", {"Reservations": [{"Instances": list(instances)}]})

    def counts(self, *series: dict[int, float]) -> None:
        results = [result(number, values) for number, values in enumerate(series)]
        self.of_cloudwatch.add_response("get_metric_data", {"MetricDataResults": results})

    def answer(self, text: str, roles: dict[str, str] | None = None, most: int = 1000) -> ReadinessAnswers:
        self.asked: list[tuple[str, str]] = []
        self.said: list[str] = []

        def connect(given: Login, role: str, region: str) -> Clients:
            self.asked.append((role, region))
            return self.clients

        asking = Asking(Login(None, roles or {}), WINDOW, most=most, say=self.said.append, connect=connect)
        reading = read(["-"], stdin=text.encode())
        assert reading.problems == ()
        return ask_all(targets_of(reading), asking)


def verdicts(answers: ReadinessAnswers) -> list[tuple[str, Readiness, Doubt | None]]:
    return [(each.address, each.verdict, each.doubt) for each in answers.launches]


def test_two_launches_one_of_which_is_gone() -> None:
    aws = Aws()
    aws.has(running(FIRST))
    aws.counts(QUIET)
    answers = aws.answer(state(instance("here", FIRST), instance("gone", SECOND)))
    assert verdicts(answers) == [
        ("aws_instance.here", Readiness.READY, None),
        ("aws_instance.gone", Readiness.UNKNOWN, Doubt.GONE),
    ]
    assert answers.problems == ()
    assert aws.said == ["asks CloudWatch for 1 metric over 1 day: less than $0.01"]


def test_more_metrics_than_allowed_and_none_is_asked_for() -> None:
    aws = Aws()
    aws.has(running(FIRST), running(SECOND))
    with pytest.raises(RunError, match=r"2 metrics would be asked for, .* more than --max-metrics 1\. No metric was"):
        aws.answer(state(instance("a", FIRST), instance("b", SECOND)), most=1)


def test_an_instance_of_two_launches_is_asked_for_once() -> None:
    aws = Aws()
    aws.has(running(FIRST))
    aws.counts(QUIET)
    answers = aws.answer(state(instance("a", FIRST), instance("b", FIRST)))
    assert [each.verdict for each in answers.launches] == [Readiness.READY] * 2
    assert answers.metrics == 1


def test_credentials_of_another_account_find_nothing_gone() -> None:
    aws = Aws(account="999999999999")
    answers = aws.answer(state(instance("web", FIRST)))
    assert verdicts(answers) == [("aws_instance.web", Readiness.UNKNOWN, Doubt.OTHER_ACCOUNT)]
    (problem,) = answers.problems
    assert str(problem) == (
        "1 launch could not be asked about in account 999999999999, eu-west-1: it is in account 123456789012, and "
        "these credentials are of 999999999999: say which role to take there: --role aws=ARN, or --role "
        "123456789012=ARN"
    )


def test_a_role_is_taken_for_its_account_and_one_client_asks_each_region() -> None:
    aws = Aws()
    aws.has(running(FIRST), running(SECOND))
    aws.counts(QUIET, QUIET)
    aws.has()
    role = "arn:aws:iam::123456789012:role/read"
    text = state(
        instance("a", FIRST), instance("b", SECOND), resource("aws_instance.c", "us-east-1", id="i-" + "2" * 17)
    )
    answers = aws.answer(text, {ACCOUNT: role})
    assert aws.asked == [(role, "eu-west-1"), (role, "us-east-1")]
    assert [each.region for each in answers.launches] == ["eu-west-1", "eu-west-1", "us-east-1"]


def test_where_ec2_may_not_be_asked_calls_still_count() -> None:
    aws = Aws()
    aws.of_ec2.add_client_error("describe_instances", "UnauthorizedOperation", "not authorized")
    aws.counts({**QUIET, WINDOW.start: 3.0}, QUIET)
    answers = aws.answer(state(instance("loud", FIRST), instance("quiet", SECOND)))
    assert verdicts(answers) == [
        ("aws_instance.loud", Readiness.NOT_READY, None),
        ("aws_instance.quiet", Readiness.UNKNOWN, Doubt.DENIED),
    ]
    assert "the policy in docs/readiness.md" in str(answers.problems[0])


def test_where_groups_may_not_be_asked_the_tag_finds_their_members() -> None:
    aws = Aws()
    aws.of_autoscaling.add_client_error("describe_auto_scaling_groups", "AccessDenied", "not authorized")
    tags = [{"Key": "aws:autoscaling:groupName", "Value": "web"}]
    aws.of_ec2.add_response(
        "describe_instances",
        {"Reservations": [{"Instances": [running(FIRST, Tags=tags)]}]},
        {"Filters": [{"Name": "tag:aws:autoscaling:groupName", "Values": ["web"]}]},
    )
    aws.counts(QUIET)
    answers = aws.answer(state(resource("aws_autoscaling_group.web", name="web")))
    assert verdicts(answers) == [("aws_autoscaling_group.web", Readiness.READY, None)]


def test_metrics_that_may_not_be_asked_for_are_no_zeros() -> None:
    aws = Aws()
    aws.has(running(FIRST), running(SECOND, MetadataOptions={"HttpTokens": "required"}))
    aws.of_cloudwatch.add_client_error("get_metric_data", "AccessDenied", "not authorized")
    answers = aws.answer(state(instance("web", FIRST), instance("done", SECOND)))
    assert verdicts(answers) == [
        ("aws_instance.web", Readiness.UNKNOWN, Doubt.DENIED),
        ("aws_instance.done", Readiness.ENFORCED, None),
    ]
    assert answers.launches[1].instances[0].calls == {"MetadataNoTokenRejected": None}
    assert len(answers.problems) == 1


def test_a_clock_that_differs_is_told() -> None:
    aws = Aws(skew=SKEW + 60)
    aws.has(running(FIRST))
    aws.counts(QUIET)
    problems = aws.answer(state(instance("web", FIRST))).problems
    assert str(problems[0]).startswith("the clock of this machine is 6 minutes ahead of AWS's")


def test_ids_in_a_state_that_are_none_are_never_sent() -> None:
    aws = Aws()
    answers = aws.answer(state(instance("web", "i-1*"), resource("aws_autoscaling_group.g", name="a\nb")))
    assert [doubt for _, _, doubt in verdicts(answers)] == [Doubt.NOT_IDENTIFIED] * 2


def test_a_region_that_is_none_is_never_asked() -> None:
    aws = Aws()
    answers = aws.answer(state(resource("aws_instance.web", "evil.example/#", id=FIRST)))
    assert aws.asked == []
    assert [doubt for _, _, doubt in verdicts(answers)] == [Doubt.NO_REGION]


# --- the login ---


@pytest.mark.parametrize("role", ["aws.prod", "aws.prod=admin", "=arn:aws:iam::123456789012:role/x"])
def test_a_role_that_is_none_is_refused(role: str) -> None:
    with pytest.raises(UsageError, match="--role is PROVIDER=ARN"):
        login(None, [role])


def test_a_profile_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--profile: The config profile .nobody. could not be found"):
        login("nobody", [])


def test_without_boto3_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imdsguard.readiness.clients.find_spec", lambda _: None)
    with pytest.raises(RunError, match=r"pip install 'imdsguard\[aws\]'"):
        login(None, [])
