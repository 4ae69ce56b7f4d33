"""What AWS, or the way to it, has against a question: each kind of it told apart, so that nothing is taken for zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.readiness import Doubt
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

_CODES = {
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure", "Forbidden"), Doubt.DENIED
    ),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"), Doubt.EXPIRED),
    **dict.fromkeys(
        (
            "InvalidClientTokenId", "UnrecognizedClientException", "UnrecognizedClient", "InvalidAccessKeyId",
            "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken",
        ),
        Doubt.BAD_CREDENTIALS,
    ),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"), Doubt.CLOCK),
    **dict.fromkeys(
        (
            "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
            "RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "BandwidthLimitExceeded",
        ),
        Doubt.THROTTLED,
    ),
    **dict.fromkeys(("OptInRequired", "RegionDisabledException"), Doubt.REGION_OFF),
}  # fmt: skip
"""Error codes of the three services. (Their API references, "Common errors"; EC2, "Error codes for the Amazon EC2 API";
the throttling ones are those that botocore retries)"""
_LASTING = frozenset(
    {
        Doubt.NO_CREDENTIALS,
        Doubt.EXPIRED,
        Doubt.BAD_CREDENTIALS,
        Doubt.CLOCK,
        Doubt.NO_NETWORK,
        Doubt.REGION_OFF,
    }
)
_LONGEST = 300


@record(frozen=True, slots=True)
class Trouble:
    """Why a question has no answer. `action` is what was asked, as IAM names it; `said` are AWS's own words."""

    doubt: Doubt
    action: str
    said: str

    @property
    def lasts(self) -> bool:
        """Whether every other question by the same credentials to the same Region would fare the same."""
        return self.doubt in _LASTING


def attempt(action: str, work: Callable[[], Any]) -> Any:
    """Give what `work` gives, or the `Trouble` that the SDK has with it."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return work()
    except ClientError as error:
        return Trouble(_of_code(error), action, _short(error))
    except (BotoCoreError, Boto3Error) as error:
        return Trouble(_of_sdk(error), action, _short(error))


def _of_code(error: Any) -> Doubt:
    code = str(error.response.get("Error", {}).get("Code", ""))
    return _CODES.get(code.rpartition("#")[2].removeprefix("Client."), Doubt.REFUSED)


def _of_sdk(error: Exception) -> Doubt:
    from botocore import exceptions

    if isinstance(error, (exceptions.UnauthorizedSSOTokenError, exceptions.TokenRetrievalError)):
        return Doubt.EXPIRED
    if isinstance(
        error,
        (
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.CredentialRetrievalError,
            exceptions.SSOError,
            exceptions.InvalidConfigError,
        ),
    ):
        return Doubt.NO_CREDENTIALS
    if isinstance(error, (exceptions.HTTPClientError, exceptions.ConnectionError)):
        return Doubt.NO_NETWORK
    return Doubt.REFUSED


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
