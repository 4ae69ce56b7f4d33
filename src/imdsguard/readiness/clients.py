"""One set of clients for each account and Region. Credentials are those that a person gives: never the scanned code's.

Endpoints are the SDK's own matter (`AWS_ENDPOINT_URL` and its like), as are proxies and profiles.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from imdsguard.model.problem import Problem
from imdsguard.model.record import record
from imdsguard.readiness.trouble import Trouble, attempt
from imdsguard.run.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXTRA = "readiness asks AWS through boto3, which is not installed: pip install 'imdsguard[aws]'"
ATTEMPTS = 8
"""Tries of one call, with waits between them that adapt to the rate at which AWS answers."""
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}")
_SESSION = "imdsguard-readiness"
SKEW = 300
"""Seconds by which clocks may differ: AWS refuses a signature after 15 minutes. (AWS General Reference, "Signing AWS
API requests")"""


@record(frozen=True, slots=True)
class Login:
    """With which credentials to ask: a profile of the person's, and the roles to take, by provider or account."""

    profile: str | None = None
    roles: Mapping[str, str] = {}


def login(profile: str | None, roles: Sequence[str]) -> Login:
    """Read `PROVIDER=ARN`. Raises `UsageError`, and `RunError` where there is no boto3."""
    found: dict[str, str] = {}
    for text in roles:
        name, _, arn = text.rpartition("=")
        if not name or not _ROLE.fullmatch(arn):
            raise UsageError(f"--role is PROVIDER=ARN, as in aws.prod=arn:aws:iam::111122223333:role/read, not {text}")
        if found.setdefault(name, arn) != arn:
            raise UsageError(f"--role names two roles for {name}")
    if find_spec("boto3") is None:
        raise RunError(EXTRA)
    from botocore.exceptions import BotoCoreError

    try:
        _session(profile)
    except BotoCoreError as error:
        raise UsageError(f"--profile: {error}") from None
    return Login(profile, found)


def _session(profile: str | None) -> Any:
    from boto3.session import Session

    return Session(profile_name=profile)


def default_region(given: Login) -> str:
    """Give the Region of the environment or the profile, "" where there is none."""
    return _session(given.profile).region_name or ""


@record(frozen=True, slots=True)
class Clients:
    """What asks one account and Region. `account` is the number of the account that the credentials are of.

    `skew` is by how many seconds this machine's clock is ahead of AWS's.
    """

    region: str
    account: str
    ec2: Any
    autoscaling: Any
    cloudwatch: Any
    skew: int = 0


def connect(given: Login, role: str, region: str) -> Clients | Trouble:
    """Make the clients for a Region, with the role or without; or say why these credentials lead nowhere."""
    session = _session(given.profile)
    if role:
        taken = attempt("sts:AssumeRole", lambda: _take(session, role, region))
        if isinstance(taken, Trouble):
            return taken
        session = taken
    whose = attempt("sts:GetCallerIdentity", lambda: _client(session, "sts", region).get_caller_identity())
    if isinstance(whose, Trouble):
        return whose
    made = attempt("", lambda: [_client(session, service, region) for service in ("ec2", "autoscaling", "cloudwatch")])
    if isinstance(made, Trouble):
        return made
    ec2, autoscaling, cloudwatch = made
    return Clients(region, str(whose.get("Account", "")), ec2, autoscaling, cloudwatch, skew_of(whose))


def _client(session: Any, service: str, region: str) -> Any:
    from botocore.config import Config

    config = Config(
        retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
        connect_timeout=10,
        read_timeout=60,
        user_agent_extra="imdsguard",
    )
    return session.client(service, region_name=region, config=config)


def _take(session: Any, role: str, region: str) -> Any:
    from boto3.session import Session

    answer = _client(session, "sts", region).assume_role(RoleArn=role, RoleSessionName=_SESSION)
    keys = answer["Credentials"]
    return Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def skew_of(answer: Mapping[str, Any]) -> int:
    """Give by how many seconds this machine's clock is ahead of the one that stamped an answer; 0 without a stamp."""
    import time
    from email.utils import parsedate_to_datetime

    stamp = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    try:
        return int(time.time() - parsedate_to_datetime(stamp).timestamp()) if stamp else 0
    except (TypeError, ValueError):
        return 0


def clock_problem(clients: Clients) -> Problem | None:
    """Say that the clocks differ, where they do."""
    if abs(clients.skew) <= SKEW:
        return None
    ahead = "ahead of" if clients.skew > 0 else "behind"
    return Problem(
        f"the clock of this machine is {abs(clients.skew) // 60} minutes {ahead} AWS's, "
        "and so is the window that was asked about",
        None,
        "set the clock, and ask again",
    )
