"""What the policy says of what is outside the code: Region defaults that are set there, and images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import Layer, silent
from imdsguard.aws.precedence.option import NO_PREFERENCE
from imdsguard.model.assumption import LABEL, V2
from imdsguard.model.glob import literal, whole
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.value import Known, Step, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.assumption import AssumedDefault, AssumedImage
    from imdsguard.model.place import Place
    from imdsguard.model.scope import Scope


def assumed_layer(assumed: Sequence[AssumedDefault], scope: Scope) -> Layer | None:
    """Return what is assumed of the Region of `scope`; None where nothing is said about it.

    Where the Region is not known, it is unknown unless every Region has the same default.
    """
    region = scope.region_name
    if region is not None:
        found = assumed_for(assumed, region)
        return None if found is None else _layer(found)
    if not assumed:
        return None
    general = assumed_for(assumed, None)
    if general is not None and all(each.tokens == general.tokens for each in assumed):
        return _layer(general)
    named = sorted({each.region for each in assumed if each.region is not None})
    if general is None and all(each.tokens == NO_PREFERENCE for each in assumed):
        return _layer(assumed[0])
    reason = Reason(ReasonKind.ASSUMPTION_UNSURE, " or ".join(named))
    return Layer(Source.REGION_DEFAULT, LABEL, {HTTP_TOKENS: Unknown(reason, place=assumed[0].place)})


def assumed_for(assumed: Sequence[AssumedDefault], region: str | None) -> AssumedDefault | None:
    """Return what is assumed of a Region by its name, else of those that nobody names."""
    own = next((each for each in assumed if each.region == region), None)
    return own or next((each for each in assumed if each.region is None), None)


def _layer(assumed: AssumedDefault) -> Layer:
    """Make the layer; `no-preference` says nothing."""
    if assumed.tokens == NO_PREFERENCE:
        return silent(Source.REGION_DEFAULT, LABEL)
    return Layer(Source.REGION_DEFAULT, LABEL, {HTTP_TOKENS: Known(assumed.tokens, assumed.place)})


@record(frozen=True, slots=True)
class SoughtImage:
    """By what an image is looked up: owners and patterns of its name, or the path of a parameter that keeps its id.

    What is not known of one of them stands in it as U+FFFC. `label` and `place` are those of the look-up.
    """

    label: str
    place: Place | None
    names: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    parameter: str = ""

    @property
    def written(self) -> tuple[str, ...]:
        """The patterns of its name, or the path."""
        return (self.parameter,) if self.parameter else self.names


def assumed_image(assumed: Sequence[AssumedImage], sought: SoughtImage) -> Layer | None:
    """Return what is assumed of every image that may be found; None where nothing is, or not of all."""
    found = next((each for each in assumed if _takes_in(each, sought)), None)
    if found is None:
        return None
    if found.support != V2:
        return silent(Source.AMI, sought.label)
    trace = (Step(LABEL, found.place),)
    answers = {HTTP_TOKENS: Known("required", sought.place, trace), HOP_LIMIT: Known(2, sought.place, trace)}
    return Layer(Source.AMI, sought.label, answers)


def _takes_in(assumed: AssumedImage, sought: SoughtImage) -> bool:
    """Whether whatever is found is meant: each owner, and each pattern as a whole."""
    if assumed.parameter:
        return bool(sought.parameter) and _all_of(assumed.parameter, sought.parameter)
    names = bool(sought.names) and all(_all_of(assumed.name, name) for name in sought.names)
    return names and bool(sought.owners) and all(_all_of(assumed.owner, owner) for owner in sought.owners)


def _all_of(glob: str, pattern: str) -> bool:
    """Whether a glob matches all that a pattern does: `a-*` what `a-web-*` does, `a-?` not what `a-*` does."""
    written = {"*": ".*", "?": "[^*\ufffc]"}
    return whole("".join(written.get(letter) or literal(letter) for letter in glob))(pattern)
