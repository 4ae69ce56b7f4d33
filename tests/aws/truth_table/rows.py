"""The truth table of `http_tokens`, and the rows of the hop limit, as the EC2 User Guide gives them.

("Configure the Instance Metadata Service options": order of precedence) Each account's default has a Region of its own
here, so that one configuration holds every row.
"""

from __future__ import annotations

from dataclasses import dataclass

REGIONS = {
    "": "us-east-1",
    "no-preference": "us-east-2",
    "optional": "eu-west-1",
    "required": "eu-central-1",
}
"""What the account's default says of tokens, and the Region in which it says so."""

HOP_REGIONS = {"-1": "eu-west-2", "1": "eu-west-3", "5": "eu-north-1"}
"""What the account's default says of the hop limit alone, and the Region in which it says so."""


@dataclass(frozen=True)
class Row:
    """A launch: what it says, what the account's default says (in which Region), whether the image is v2.0."""

    name: str
    option: str
    launch: str
    region: str
    image: bool
    effective: str | int
    source: str


def token_rows() -> list[Row]:
    """Every combination, each with the table's result and the layer that gives it."""
    found = []
    for launch in ("required", "optional", ""):
        for account, region in REGIONS.items():
            for image in (True, False):
                effective, source = expected(launch, account, image=image)
                words = (launch or "unset", (account or "unset").replace("-", "_"), "v2" if image else "v1")
                found.append(Row("_".join(words), "http_tokens", launch, region, image, effective, source))
    return found


def expected(launch: str, account: str, *, image: bool) -> tuple[str, str]:
    """The six rows of the guide's table."""
    if launch == "required":
        return "required", "launch"
    if launch == "optional":
        return "optional", "launch"  # even for an image with v2.0
    if account == "required":
        return "required", "region_default"
    if account == "optional":
        return "optional", "region_default"  # an explicit default beats the image
    return ("required", "ami") if image else ("optional", "service_default")


def hop_rows() -> list[Row]:
    """The account's 1 to 64, else 2 for an image with v2.0, else 1; what the launch says beats all."""
    hops = "http_put_response_hop_limit"
    return [
        Row("hops_own", hops, "3", HOP_REGIONS["5"], True, 3, "launch"),
        Row("hops_account_five", hops, "", HOP_REGIONS["5"], True, 5, "region_default"),
        Row("hops_account_one_beats_the_image", hops, "", HOP_REGIONS["1"], True, 1, "region_default"),
        Row("hops_no_preference_v2", hops, "", HOP_REGIONS["-1"], True, 2, "ami"),
        Row("hops_no_preference_v1", hops, "", HOP_REGIONS["-1"], False, 1, "service_default"),
        Row("hops_unset_v2", hops, "", REGIONS[""], True, 2, "ami"),
        Row("hops_unset_v1", hops, "", REGIONS[""], False, 1, "service_default"),
    ]


ROWS = [*token_rows(), *hop_rows()]
