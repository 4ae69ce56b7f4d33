"""What stacks have in common that share an AWS account, as a policy says."""

from __future__ import annotations

from imdsguard.model.record import record


@record(frozen=True, slots=True)
class SharedAccount:
    """Equal ones are one account: an estate (in one of its environments), or an account that has a name of its own."""

    estate: str = ""
    environment: str = ""
    account: str = ""
