"""The terms in which a managed service sets what EC2 calls `http_tokens`."""

from __future__ import annotations

from imdsguard.model.record import record


@record(frozen=True, slots=True)
class ServiceTerms:
    """What a service calls the setting for tokens, and how to set it.

    `remedy` is what to write, empty where nobody has looked. `in_terraform` is False where no argument can say it.
    `tokens` is the service's name for `http_tokens`, `default` what it does where nothing is set: both in words, and
    empty where they are EC2's.
    """

    remedy: str = ""
    in_terraform: bool = True
    tokens: str = ""
    default: str = ""


NOT_IN_TERRAFORM = ServiceTerms(
    "nothing in Terraform can say it: look at the service's own settings", in_terraform=False
)
