"""Functions that providers define: `provider::name::function`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.function import LazyFunction
from imdsguard.hcl.values.value import Value, unknown
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.functions.function import CallContext, Deferred


def provider_function(name: str) -> LazyFunction | None:
    """Give the function that stands for a provider's own, or None if the name cannot be one."""
    parts = name.split("::")
    if len(parts) != 3 or not all(parts):
        return None
    provider = parts[1]

    def body(context: CallContext, arguments: Sequence[Deferred]) -> Value:
        if context.providers is not None and provider not in context.providers:
            message = f'There is no function named "{name}": the module does not require a provider "{provider}".'
            raise EvaluationError(message, context.place)
        for argument in arguments:
            argument()
        return unknown(reason=Reason(ReasonKind.PROVIDER_FUNCTION, name))

    return LazyFunction(name, body)
