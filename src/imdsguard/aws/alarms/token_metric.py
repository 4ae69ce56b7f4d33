"""The two metrics that count calls without a token, and what surely means one of them.

(EC2 User Guide, "CloudWatch metrics that are available for your instances")
"""

from __future__ import annotations

REJECTED = "MetadataNoTokenRejected"
TOKENLESS = "MetadataNoToken"
METRICS = (REJECTED, TOKENLESS)
NAMESPACE = "AWS/EC2"


def meant_by(name: str) -> str | None:
    """Return the token metric that a metric's name means: there are no others that begin like these two."""
    plain = "".join(character for character in name.casefold() if character.isalnum())
    if not plain.startswith(TOKENLESS.casefold()):
        return None
    return REJECTED if "rej" in plain else TOKENLESS
