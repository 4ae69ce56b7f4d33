"""What a policy says is true outside the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place

LABEL = "assumed by the policy"
"""How traces name what is only assumed."""


@record(frozen=True, slots=True)
class AssumedDefault:
    """What the default for tokens of a Region is where the code sets none: `required`, `optional` or `no-preference`.

    `region` None: of every Region that no other one names. `place` is where the policy says so.
    """

    tokens: str
    place: Place
    region: str | None = None


V2 = "v2.0"
"""The only `imds_support` that an image can have. (EC2 API, ImdsSupportValues)"""


@record(frozen=True, slots=True)
class AssumedImage:
    """What `imds_support` images have, as the policy says: `v2.0`, or `none`. `place` is where it says so.

    They are those of an `owner` by `name`, or those whose ids are kept in a `parameter` of Systems Manager; all three
    are globs.
    """

    support: str
    place: Place
    owner: str = ""
    name: str = ""
    parameter: str = ""
