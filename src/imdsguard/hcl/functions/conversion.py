"""`tostring` and its like."""

from __future__ import annotations

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.arguments import still
from imdsguard.hcl.functions.function import ArgumentProblem, Function, FunctionCall, Parameter
from imdsguard.hcl.values.convert import can_convert, convert
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, STRING, ListType, MapType, Primitive, SetType, Type
from imdsguard.hcl.values.value import SENSITIVE, Value


def _conversion(name: str, target: Type) -> Function:
    def result_type(value: Value) -> Type:
        if value.type == target:
            return target
        if not can_convert(value.type, target):
            raise ArgumentProblem(0, f"cannot convert {value.type.name} to {_shown(target)}")
        return target

    def body(call: FunctionCall, value: Value) -> Value:
        if value.pending is not None:
            return still(target, value) if isinstance(target, Primitive) else call.unknown()
        try:
            return convert(value, target)
        except EvaluationError as error:
            raise ArgumentProblem(0, _reason(value, target, error.message)) from None

    parameter = Parameter("v", null=True, unknown=True, dynamic=True, marked=True)
    return Function(name, result_type, (parameter,), body, not_null=False, picks=0)


def _shown(target: Type) -> str:
    return target.name.replace("dynamic", "any type")


def _reason(value: Value, target: Type, reason: str) -> str:
    if SENSITIVE in value.marks:
        return f"cannot convert this sensitive {value.type.name} to {_shown(target)}"
    if isinstance(value.raw, str) and target == BOOL:
        return f'cannot convert "{value.raw[:80]}" to bool; only the strings "true" or "false" are allowed'
    if isinstance(value.raw, str) and target == NUMBER:
        return f'cannot convert "{value.raw[:80]}" to number; given string must be a decimal representation of a number'
    return f"cannot convert {value.type.name} to {_shown(target)}: {reason}"


tostring = _conversion("tostring", STRING)
tonumber = _conversion("tonumber", NUMBER)
tobool = _conversion("tobool", BOOL)
tolist = _conversion("tolist", ListType(DYNAMIC))
toset = _conversion("toset", SetType(DYNAMIC))
tomap = _conversion("tomap", MapType(DYNAMIC))
