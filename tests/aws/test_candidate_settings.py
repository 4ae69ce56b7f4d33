"""What several templates agree on, of which one is launched: of which one it cannot be computed."""

from __future__ import annotations

import pytest

from imdsguard.aws.precedence.layer import silent
from imdsguard.aws.precedence.settings import Settings, agreed
from imdsguard.model.layer import Layer
from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS, OPTIONS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Plain, Unknown, Value

REASON = Reason(ReasonKind.NOT_COMPUTED, "which template")
DOUBT = Reason(ReasonKind.NOT_COMPUTED, "whether a Region default applies")
Said = dict[str, Plain]
NOTHING: Said = {}
REQUIRED: Said = {HTTP_TOKENS: "required"}
OPTIONAL: Said = {HTTP_TOKENS: "optional"}
AL2023: Said = {HTTP_TOKENS: "required", HOP_LIMIT: 2}
ONE_HOP: Said = {HTTP_TOKENS: "required", HOP_LIMIT: 1}


def layer(source: Source, said: Said, *, sure: bool = True) -> Layer:
    answers: dict[str, Value] = {name: Known(value) for name, value in said.items()}
    return Layer(source, "lt", answers, sure=sure)


def settings(said: Said, image: str = "ami-1", doubt: Reason | None = None) -> Settings:
    return Settings("aws_launch_template.t", layer(Source.LAUNCH_TEMPLATE, said), Known(image), doubt)


def together(templates: list[Said], images: list[Said]) -> dict[str, Plain | None]:
    """What they agree on by option; None for what they do not. What nobody sets is left out."""
    layers = [layer(Source.AMI, said) for said in images]
    made = agreed([settings(said) for said in templates], layers, REASON, Unknown(REASON))
    answers = {name: made.layer.says(name) for name in OPTIONS}
    return {
        name: value.value if isinstance(value, Known) else None
        for name, value in answers.items()
        if not isinstance(value, Absent)
    }


@pytest.mark.parametrize(
    ("templates", "images", "expected"),
    [
        ([REQUIRED, REQUIRED], [NOTHING, NOTHING], REQUIRED),
        ([REQUIRED, OPTIONAL], [NOTHING, NOTHING], {HTTP_TOKENS: None}),
        ([REQUIRED, NOTHING], [NOTHING, NOTHING], {HTTP_TOKENS: None}),
        ([NOTHING, NOTHING], [NOTHING, NOTHING], {}),
        # What an image may set is unknown where the images differ, unless the templates set it.
        ([NOTHING, NOTHING], [AL2023, AL2023], {}),
        ([NOTHING, NOTHING], [AL2023, NOTHING], {HTTP_TOKENS: None, HOP_LIMIT: None}),
        ([NOTHING, NOTHING], [AL2023, ONE_HOP], {HTTP_TOKENS: None, HOP_LIMIT: None}),
        ([REQUIRED, REQUIRED], [AL2023, NOTHING], {HTTP_TOKENS: "required", HOP_LIMIT: None}),
        ([{HTTP_ENDPOINT: "disabled"}] * 2, [AL2023, NOTHING],
         {HTTP_ENDPOINT: "disabled", HTTP_TOKENS: None, HOP_LIMIT: None}),
        ([REQUIRED, REQUIRED, OPTIONAL], [NOTHING] * 3, {HTTP_TOKENS: None}),
    ],
)  # fmt: skip
def test_what_templates_agree_on(templates: list[Said], images: list[Said], expected: dict[str, Plain | None]) -> None:
    assert together(templates, images) == expected


def test_what_is_not_known_of_one_is_not_agreed_on() -> None:
    untold = Settings("", Layer(Source.LAUNCH_TEMPLATE, "lt", {HTTP_TOKENS: Unknown(REASON)}), Known("ami-1"))
    made = agreed([untold, untold], [silent(Source.AMI)] * 2, REASON, Unknown(REASON))
    assert isinstance(made.layer.says(HTTP_TOKENS), Unknown)


def test_the_image_is_the_one_of_which_least_is_sure_and_the_doubt_that_of_any() -> None:
    found = [settings(REQUIRED, "ami-1"), settings(REQUIRED, "ami-2", DOUBT), settings(REQUIRED, "ami-3")]
    sure, unsure = layer(Source.AMI, NOTHING), layer(Source.AMI, NOTHING, sure=False)
    made = agreed(found, [sure, sure, unsure], REASON, Unknown(REASON))
    assert (made.image, made.doubt, made.layer.source) == (Known("ami-3"), DOUBT, Source.LAUNCH_TEMPLATE)
    assert agreed(found, [sure, sure, sure], REASON, Unknown(REASON)).image == Known("ami-1")
    assert made.layer.label == "lt or lt or lt"
