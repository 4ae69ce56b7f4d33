"""What the provider sends to AWS for a metadata option's argument.

Nothing is sent for null, a missing argument, an empty string or a hop limit of 0; values are case-sensitive. A state
holds the last two where nothing was set: provider 3.39 writes 0 for a launch template without a hop limit.
(Terraform AWS provider, `metadata_options` of `aws_instance`; EC2 API, InstanceMetadataOptionsRequest)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.model.value import Value

TOKENS = ("optional", "required")
SWITCH = ("disabled", "enabled")
NO_PREFERENCE = "no-preference"
MAX_HOPS = 64
_HOPS_AS_TEXT = re.compile(r"(-?)0*([0-9]{1,2})")


def read_option(name: str, value: Value, *, account: bool = False) -> Value:
    """Return what is sent for the option `name`: a known valid value, absent for nothing, or unknown and why.

    `account` allows `no-preference` and -1, which only an account's defaults accept.
    A value that AWS refuses is unknown: no launch will ever have it.
    """
    if not isinstance(value, Known):
        return value
    if value.value == "" or (name == HOP_LIMIT and value.value == 0 and value.value is not False and not account):
        return Absent(value.place, value.trace)
    if name == HOP_LIMIT:
        return _hops(value, account=account)
    accepted = (*(TOKENS if name == HTTP_TOKENS else SWITCH), *((NO_PREFERENCE,) if account else ()))
    if value.value in accepted:
        return value
    return _refused(name, value, " or ".join(f'"{word}"' for word in accepted))


def _hops(value: Known, *, account: bool) -> Value:
    raw = value.value
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    text = _HOPS_AS_TEXT.fullmatch(raw) if isinstance(raw, str) else None
    if text is not None:
        number = int(text[1] + text[2])  # Terraform converts "2" to 2, and "02"
    if number is not None and (1 <= number <= MAX_HOPS or (account and number == -1)):
        return Known(number, value.place, value.trace, value.sensitive)
    return _refused(HOP_LIMIT, value, f"a whole number from 1 to {MAX_HOPS}" + (", or -1" if account else ""))


def _refused(name: str, value: Known, accepted: str) -> Unknown:
    shown = "a sensitive value" if value.sensitive else _shown(value)
    reason = Reason(ReasonKind.OPTION_REFUSED, name, shown, accepted)
    return Unknown(reason, place=value.place, trace=value.trace)


def _shown(value: Known) -> str:
    raw = value.value
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, str):
        return f'"{raw}"' if len(raw) <= 40 else f'"{raw[:40]}..."'
    return str(raw) if isinstance(raw, (int, float)) else "not a single value"
