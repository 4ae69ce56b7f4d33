"""The JSON Schema of policies says what the reader says: of what is right and of what is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from imdsguard import load_rules, rule_files
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.parameters import parameter_types
from imdsguard.policy.read import RESERVED, find_policy
from imdsguard.policy.schema import policy_schema
from imdsguard.policy.shipped import shipped_folder, shipped_policies
from tests.policy.test_policy_files import SCHEMA

VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
RULES = load_rules(rule_files())


class Loader(yaml.SafeLoader):
    """YAML as editors read it: a day is a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def document(text: str) -> Any:
    return yaml.load(text, Loader)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str) -> None:
    """Read a policy as a run does. Raises `PolicyError`."""
    Path("team.yaml").write_text(text)
    found = find_policy("team.yaml", ".")
    found.select(rule_files(), lambda: RULES)
    found.bind(RULES)


RIGHT = [
    "extends: [strict, observe]",
    "rules: {hop-limit-too-high: {max: 2, max_container: 3, severity: note, on_unknown: error, on_deployed: off}}",
    "rules: {instance-tokens-optional: {accept: [launch, ami]}}",
    "rules: {exemption-unused: error, exemption-expired: off}",
    "requirements: []",
    "requirements: [{id: a, require: {http_tokens: required}}]",
    "requirements: [{id: a-1, require: {state: [required, disabled], source: ami, alarm: [MetadataNoToken]}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: 2, http_protocol_ipv6: disabled}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: [1, 2]}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: {min: 1, max: 2}}}]",
    "requirements: [{id: a, where: {tags.a b: 7, tags.c: [x, true]}, require: {state: required}}]",
    """requirements:
  - id: a
    where: {kind: [instance, spot request], type: 'a*', address: [x], path: a, module: b, root: c, region: d}
    unless: {kind: fleet, provider: e}
    require: {state: required}
    message: m
    severity: note
    on_unknown: error""",
    "exemptions: []",
    "exemptions: [{rule: instance-tokens-optional, reason: r}]",
    """exemptions:
  - {rule: ['*-optional'], address: a, path: [b], root: c, region: d, verdict: [fail], reason: r}
  - {rule: hop-limit-too-high, reason: r, expires: 2027-03-31}""",
    "exemptions: [{rule: '*', path: 'legacy/**', reason: r}]",
    "requirements: [{id: a, require: {state: required}}]\nrules: {a: {severity: note, on_deployed: off}}",
    "select: {rules: hop-limit-too-high}",
    "select: {rules: ['*-tokens-optional'], controls: [CIS AWS Foundations *, AWS Security Hub EC2.8]}",
    "rules: ~",
    "suppressions: null",
    "on_deployed: false",
    "rules: {hop-limit-too-high: no, setting-never-sent: yes}",
    "requirements: [{id: a, require: {state: required}, message: 7}]",
]

WRONG = [
    "extends: []",
    "extends: {a: b}",
    "extends: ['']",
    "rules: {hop-limit-too-high: {mx: 2}}",
    "rules: {hop-limit-too-high: {max: two}}",
    "rules: {instance-tokens-optional: {accept: [lunch]}}",
    "rules: {instance-tokens-optional: {accept: launch}}",
    "rules: {region-default-missing: {max: 2}}",
    "requirements: {id: a}",
    "requirements: [a]",
    "requirements: [{require: {state: required}}]",
    "requirements: [{id: A, require: {state: required}}]",
    "requirements: [{id: a_b, require: {state: required}}]",
    f"requirements: [{{id: {'a' * 101}, require: {{state: required}}}}]",
    "requirements: [{id: a}]",
    "requirements: [{id: a, require: {}}]",
    "requirements: [{id: a, require: [state]}]",
    "requirements: [{id: a, require: {stat: required}}]",
    "requirements: [{id: a, require: {state: requierd}}]",
    "requirements: [{id: a, require: {state: unknown}}]",
    "requirements: [{id: a, require: {state: []}}]",
    "requirements: [{id: a, require: {http_tokens: no-preference}}]",
    "requirements: [{id: a, require: {source: unknown}}]",
    "requirements: [{id: a, require: {alarm: NoToken}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: 0}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: 65}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: '1'}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: []}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: {}}}]",
    "requirements: [{id: a, require: {http_put_response_hop_limit: {most: 1}}}]",
    "requirements: [{id: a, where: {}, require: {state: required}}]",
    "requirements: [{id: a, where: [x], require: {state: required}}]",
    "requirements: [{id: a, where: {tipe: x}, require: {state: required}}]",
    "requirements: [{id: a, where: {tags: {a: b}}, require: {state: required}}]",
    "requirements: [{id: a, where: {tags.: b}, require: {state: required}}]",
    "requirements: [{id: a, where: {tags.a: []}, require: {state: required}}]",
    "requirements: [{id: a, where: {tags.a: {b: c}}, require: {state: required}}]",
    "requirements: [{id: a, where: {type: ''}, require: {state: required}}]",
    "requirements: [{id: a, where: {kind: instances}, require: {state: required}}]",
    "requirements: [{id: a, unless: {kinds: x}, require: {state: required}}]",
    "requirements: [{id: a, require: {state: required}, severity: off}]",
    "requirements: [{id: a, require: {state: required}, on_unknown: never}]",
    "requirements: [{id: a, require: {state: required}, message: ' '}]",
    "requirements: [{id: a, require: {state: required}, msg: x}]",
    "exemptions: {rule: x}",
    "exemptions: [x]",
    "exemptions: [{reason: r}]",
    "exemptions: [{rule: hop-limit-too-high}]",
    "exemptions: [{rule: hop-limit-too-high, reason: ''}]",
    "exemptions: [{rule: hop-limit-too-high, reason: ' '}]",
    "exemptions: [{rule: hop-limit-too-high, reason: [r]}]",
    "exemptions: [{rule: [], reason: r}]",
    "exemptions: [{rule: '*', reason: r}]",
    "exemptions: [{rule: [hop-limit-too-high, '*'], reason: r}]",
    "exemptions: [{rule: hop-limit-too-high, reason: r, expires: soon}]",
    "exemptions: [{rule: hop-limit-too-high, reason: r, expires: 31.03.2027}]",
    "exemptions: [{rule: hop-limit-too-high, reason: r, verdict: pass}]",
    "exemptions: [{rule: hop-limit-too-high, reason: r, adress: x}]",
    "exemptions: [{rule: hop-limit-too-high, reason: r, address: []}]",
    "exemptions: [{rule: hop-limit-too-high, reason: ~}]",
    "exemptions: [{rule: hop-limit-too-high, reason: r, path: null}]",
    "exemptions: ~",
    "select: {}",
    "select: ~",
    "select: [hop-limit-too-high]",
    "select: {rules: []}",
    "select: {controls: {a: b}}",
    "select: {control: a}",
    "estates: {a: {}}",
    "estates: {a: {roots: b}}",
    "assume: {region_default: {us-east: required}}",
    "suppressions: {rules: x}",
]


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", RIGHT)
def test_both_accept_what_is_right(text: str) -> None:
    read(f"version: 1\n{text}\n")
    VALIDATOR.validate(document(f"version: 1\n{text}\n"))


@pytest.mark.parametrize("text", WRONG)
def test_both_refuse_what_is_wrong_and_the_reader_says_where(text: str) -> None:
    assert not VALIDATOR.is_valid(document(f"version: 1\n{text}\n"))
    with pytest.raises(PolicyError) as refused:
        read(f"version: 1\n{text}\n")
    assert re.match(r"team\.yaml:2:\d+: ", str(refused.value)), refused.value


@pytest.mark.parametrize(
    "text",
    [
        "requirements: [{id: a, require: {state: required}}, {id: a, require: {state: disabled}}]",
        "requirements: [{id: a, require: {http_put_response_hop_limit: {min: 2, max: 1}}}]",
        "exemptions: [{rule: hop-limit-too-high, reason: r, expires: 2027-02-30}]",
        "rules: {hop-limit-too-high: {max: 65}}",
        "rules: {hop-limit: off}",
        "select: {rules: hop-limit}",
        "select: {controls: CIS Azure}",
    ],
)
def test_what_a_schema_cannot_say_the_reader_does(text: str) -> None:
    assert VALIDATOR.is_valid(document(f"version: 1\n{text}\n"))
    with pytest.raises(PolicyError, match=r"team\.yaml:2:\d+: "):
        read(f"version: 1\n{text}\n")


def test_the_schema_is_written_from_the_declaration() -> None:
    written = policy_schema(RULES, RESERVED, shipped_policies())
    assert written == SCHEMA, "`make docs` writes it"


@pytest.mark.parametrize("name", shipped_policies())
def test_the_policies_that_we_ship_hold(name: str) -> None:
    VALIDATOR.validate(document(Path(shipped_folder("policies"), f"{name}.yaml").read_text()))


def test_editors_are_offered_every_rule_with_its_parameters() -> None:
    offered = SCHEMA["properties"]["rules"]["properties"]
    assert list(offered) == [rule.id for rule in RULES]
    for rule in RULES:
        table = offered[rule.id]["anyOf"][1]
        always = {"severity"} if rule.fixed else {"severity", "on_unknown", "on_deployed"}
        assert set(table["properties"]) == set(parameter_types(rule)) | always
        assert offered[rule.id]["description"].startswith(rule.summary)


def described(schema: Any, path: str = "") -> list[str]:
    """The paths of properties that no description explains."""
    if isinstance(schema, list):
        return [gap for item in schema for gap in described(item, path)]
    if not isinstance(schema, dict):
        return []
    gaps = []
    for name, each in schema.get("properties", {}).items():
        if isinstance(each, dict) and "description" not in each and "$ref" not in each and "enum" not in each:
            gaps.append(f"{path}.{name}")
    return gaps + [gap for key, each in schema.items() for gap in described(each, f"{path}.{key}")]


def test_every_key_is_described() -> None:
    conditions = {".definitions.exemption.if.rule"}
    assert set(described(SCHEMA)) == conditions


def test_after_a_refusal_the_schema_says_what_only_it_can_at_that_point() -> None:
    """Parameters are told by the rules, which are not asked before the shape of all the policy is right."""
    text = "fail_on: eror\nrules: {hop-limit-too-high: {mx: 2}}\nexemptions: [{rule: x}]\n"
    with pytest.raises(PolicyError) as refused:
        read(f"version: 1\n{text}")
    assert [str(each) for each in refused.value.all()] == [
        'team.yaml:2:10: fail_on must be error, warning, note or never, not "eror"; did you mean "error"?',
        "team.yaml:4:14: an exemption needs a `reason`",
        (
            "team.yaml:3:29: rules.hop-limit-too-high: Additional properties are not allowed ('mx' was unexpected) "
            "(policies/schema.json)"
        ),
    ]
