"""Why the launches of one address are what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import replace
from imdsguard.run.errors import UsageError

if TYPE_CHECKING:
    from imdsguard.model.explanation import Explanation
    from imdsguard.run.reading import Reading


_NOTHING = ": in what was read nothing is launched at all; name the folder of its root module, too"


def explain_launches(address: str, reading: Reading) -> list[Explanation]:
    """Explain every launch with this address, in the order of the root modules: several of them may have one.

    Raises `UsageError` if nothing launches by it, naming the nearest address that does.
    """
    from imdsguard.aws.precedence.explanation import explain

    estate = reading.estate
    launches = [launch for launch in estate.launches if launch.address == address]
    if not launches:
        from imdsguard.policy.errors import nearest

        known = {launch.address for launch in estate.launches}
        raise UsageError(f'Nothing is launched by "{address}"{nearest(address, known) if known else _NOTHING}')
    return [replace(explain(launch, estate), readiness=estate.readiness_of(launch)) for launch in launches]
