"""Region defaults that the policy says are set outside the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import Layer, silent
from imdsguard.aws.precedence.option import NO_PREFERENCE
from imdsguard.model.assumption import LABEL
from imdsguard.model.option import HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.assumption import AssumedDefault
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
    own = next((each for each in assumed if region is not None and each.region == region), None)
    return own or next((each for each in assumed if each.region is None), None)


def _layer(assumed: AssumedDefault) -> Layer:
    """Make the layer; `no-preference` says nothing."""
    if assumed.tokens == NO_PREFERENCE:
        return silent(Source.REGION_DEFAULT, LABEL)
    return Layer(Source.REGION_DEFAULT, LABEL, {HTTP_TOKENS: Known(assumed.tokens, assumed.place)})
