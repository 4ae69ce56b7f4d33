"""Functions on IP address prefixes (`cidrsubnet` and its like)."""

from __future__ import annotations

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.arguments import whole
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function, native
from imdsguard.hcl.functions.prefixes import Prefix, parse_address, parse_prefix, show_address
from imdsguard.hcl.values.types import BOOL, NUMBER, STRING, ListType
from imdsguard.hcl.values.value import Number, Value, list_of, string

PREFIX = Parameter("prefix", STRING)
LOW_64 = 2**64 - 1
MOST_NEW_BITS = 32
"""How many bits `cidrsubnets` adds at most, for the sake of 32-bit machines."""


def _big(n: Number) -> int:
    if not isinstance(n, int):
        raise EvaluationError("value must be a whole number")
    return int(n)


@native("cidrhost", STRING, PREFIX, Parameter("hostnum", NUMBER))
def cidrhost(text: str, host: Number) -> str:
    """An address by its number in a prefix; negative numbers count from the end."""
    wanted = _big(host)
    prefix = parse_prefix(text)
    last = 2 ** (prefix.width - prefix.length) - 1
    given = wanted & LOW_64 if wanted >= 0 else -wanted - 1
    if given > last:
        raise EvaluationError(f"prefix of {prefix.length} does not accommodate a host numbered {wanted}")
    number = wanted if wanted >= 0 else last - given
    if prefix.mapped:  # Go puts the number of 32 bits at the front of the address of 128
        number <<= 96
    return show_address((prefix.network | number) % 2**prefix.width, prefix.width)


@native("cidrnetmask", STRING, PREFIX)
def cidrnetmask(text: str) -> str:
    """The netmask of an IPv4 prefix."""
    prefix = parse_prefix(text)
    if prefix.width != 32 and not prefix.mapped:
        raise EvaluationError("IPv6 addresses cannot have a netmask")
    return show_address(prefix.mask, prefix.width)


@native("cidrsubnet", STRING, PREFIX, Parameter("newbits", NUMBER), Parameter("netnum", NUMBER))
def cidrsubnet(text: str, new_bits: Number, number: Number) -> str:
    """A subnet by its number. Of a negative one Go keeps the bits of the number and loses those of the prefix."""
    bits, wanted = whole(new_bits), _big(number)
    prefix = parse_prefix(text)
    length = prefix.length + bits
    if length > prefix.width:
        raise EvaluationError(f"insufficient address space to extend prefix of {prefix.length} by {bits}")
    if length < 0:
        return "<nil>"
    # Go shifts in 64 bits: with a negative number of bits, or with 64 and more, every subnet number fits.
    most = 2**bits - 1 if 0 <= bits < 64 else LOW_64
    if abs(wanted) & LOW_64 > most:
        raise EvaluationError(f"prefix extension of {bits} does not accommodate a subnet numbered {wanted}")
    network = abs(prefix.network | wanted << (prefix.width - length)) % 2**prefix.width
    return str(Prefix(network, length, prefix.width))


@function("cidrsubnets", ListType(STRING), PREFIX, variadic=Parameter("newbits", NUMBER))
def cidrsubnets(call: FunctionCall, text: Value, *new_bits: Value) -> Value:
    """Subnets one after the other, each of its own size."""
    try:
        prefix = parse_prefix(str(text.raw))
    except EvaluationError as error:
        raise ArgumentProblem(0, error.message) from None
    call.context.bounds.items(len(new_bits))
    found: list[Value] = []
    following = prefix.network
    if new_bits and not following:
        # Terraform looks for the subnet before the first one, and there is none before address zero.
        raise ArgumentProblem(1, "not enough remaining address space before the prefix")
    for i, value in enumerate(new_bits, 1):
        bits = whole(value.raw)
        length = prefix.length + bits
        if bits < 1:
            raise ArgumentProblem(i, "must extend prefix by at least one bit")
        if bits > MOST_NEW_BITS:
            raise ArgumentProblem(i, "may not extend prefix by more than 32 bits")
        if length > prefix.width:
            protocol = "IPv4" if prefix.width == 32 else "IPv6"
            reason = f"would extend prefix to {length} bits, which is too long for an {protocol} address"
            raise ArgumentProblem(i, reason)
        size = 2 ** (prefix.width - length)
        network = -(-following // size) * size
        if prefix.mapped or network + size > prefix.network + 2 ** (prefix.width - prefix.length):
            reason = f"not enough remaining address space for a subnet with a prefix of {length} bits"
            raise ArgumentProblem(i, reason)
        found.append(string(str(Prefix(network, length, prefix.width))))
        following = network + size
    return list_of(STRING, found)


@native("cidrcontains", BOOL, Parameter("containing_prefix", STRING), Parameter("contained_ip_or_prefix", STRING))
def cidrcontains(outer: str, inner: str) -> bool:
    """Whether a prefix contains an address or another prefix (OpenTofu)."""
    containing = parse_prefix(outer)
    if "/" in inner:
        contained = parse_prefix(inner)
    else:
        address, width = parse_address(inner)
        contained = Prefix(address, width, width)
    if containing.width != contained.width:
        raise EvaluationError("address family mismatch: one is an IPv4 address, the other an IPv6 address")
    return contained.length >= containing.length and contained.network & containing.mask == containing.network
