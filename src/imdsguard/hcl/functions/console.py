"""What only the console has."""

from __future__ import annotations

from imdsguard.hcl.functions.function import FunctionCall, Parameter, function
from imdsguard.hcl.values.types import STRING
from imdsguard.hcl.values.value import Value, string


@function("type", STRING, Parameter("value", null=True, unknown=True, dynamic=True, marked=True))
def type_name(_: FunctionCall, value: Value) -> Value:
    """The type of a value, as a type constraint."""
    return string(value.type.name)
