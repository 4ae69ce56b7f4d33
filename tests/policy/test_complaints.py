"""What is said of bad policies: all at once, in the order of the file, with line, column and the nearest word.

The table was made by the reader before the parts of a policy were declared. `MORE` is what is said besides since each
part is read to its end.
"""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.run.policy_check import check_policy

BAD: dict[str, tuple[str, list[str]]] = {
    "a word that is nearly right": (
        "fail_on: eror\n",
        [
            '2:10: fail_on must be error, warning, note or never, not "eror"; did you mean "error"?',
        ],
    ),
    "a key that is nearly right": (
        "fial_on: error\nextnds: strict\n",
        [
            '2:1: a policy has no key "fial_on"; did you mean "fail_on"?',
            '3:1: a policy has no key "extnds"; did you mean "extends"?',
        ],
    ),
    "a rule that is not there": (
        "rules:\n  instance-tokens-optinal: off\n  hop-limit: error\n",
        [
            '3:3: there is no rule "instance-tokens-optinal"; did you mean "instance-tokens-optional"?',
            '4:3: there is no rule "hop-limit"; did you mean "hop-limit-too-high"?',
        ],
    ),
    "a switch that is none": (
        "rules:\n  hop-limit-too-high: of\n  setting-never-sent: {severity: eror, on_deployed: never}\n",
        [
            '3:23: hop-limit-too-high must be error, warning, note, off or on, not "of"; did you mean "off"?',
            '4:34: severity must be error, warning or note, not "eror"; did you mean "error"?',
            '4:53: on_deployed must be error, warning, note or off, not "never"',
        ],
    ),
    "parameters": (
        "rules:\n  hop-limit-too-high: {mx: 2, max: two}\n  instance-tokens-optional: {accept: [lunch]}\n",
        [
            '3:24: hop-limit-too-high has no parameter "mx"; did you mean "max"?',
            '3:36: hop-limit-too-high: max must be a whole number, not "two"',
            '4:39: instance-tokens-optional: accept cannot be "lunch"; did you mean "launch"?',
        ],
    ),
    "shapes of the parts": (
        "rules: [a]\nexemptions: {rule: x}\nrequirements: a\nestates: [x]\nassume: x\nsuppressions: [a]\n",
        [
            "2:8: rules must be a mapping, not a list",
            "3:13: exemptions must be a list, not a mapping",
            '4:15: requirements must be a list, not "a"',
            "5:10: estates must be a mapping, not a list",
            '6:9: assume must be a mapping, not "x"',
            "7:15: suppressions must be a mapping, not a list",
        ],
    ),
    "a version": (
        "version: 2\n",
        [
            '1:10: the version of a policy is 1, not "2"',
        ],
    ),
    "no version": (
        "fail_on: error\n",
        [
            "1:1: a policy needs `version: 1`",
        ],
    ),
    "extends": (
        "extends: {a: b}\n",
        [
            "2:10: extends must be the name of a policy, a path, or a list of these",
        ],
    ),
    "a policy that is not shipped": (
        "extends: strikt\n",
        [
            '2:10: there is no policy "strikt"; did you mean "strict"?',
        ],
    ),
    "requirements without what they need": (
        "requirements:\n  - {require: {state: required}}\n  - {id: A}\n  - [x]\n",
        [
            "3:5: a requirement needs an `id`: findings go by it",
            "4:5: a requirement needs `require`: what must be so",
            '4:10: an id is lower-case words joined by hyphens, not "A"',
            "5:5: a requirement must be a mapping, not a list",
        ],
    ),
    "requirements with other words": (
        "requirements:\n  - {id: a, require: {stat: required, http_tokens: requierd, alarm: NoToken}, severity: of, msg: x}\n",
        [
            '3:23: require has no key "stat"; did you mean "state"?',
            '3:52: http_tokens must be required or optional, not "requierd"; did you mean "required"?',
            '3:69: alarm must be MetadataNoTokenRejected or MetadataNoToken, not "NoToken"; did you mean "MetadataNoToken"?',
            '3:89: severity must be error, warning or note, not "of"',
            '3:93: a requirement has no key "msg"; did you mean "message"?',
        ],
    ),
    "hops": (
        "requirements:\n  - {id: a, require: {http_put_response_hop_limit: 0}}\n  - {id: b, require: {http_put_response_hop_limit: {most: 1}}}\n  - {id: c, require: {http_put_response_hop_limit: {min: 3, max: 2}}}\n  - {id: d, require: {http_put_response_hop_limit: []}}\n",
        [
            '3:52: http_put_response_hop_limit must be a number from 1 to 64, not "0"',
            "4:52: http_put_response_hop_limit needs min, max or both",
            '4:53: http_put_response_hop_limit has no key "most" (known: max, min)',
            "5:52: no http_put_response_hop_limit is at least 3 and at most 2",
            "6:52: http_put_response_hop_limit must be a number from 1 to 64, not an empty list",
        ],
    ),
    "where": (
        "requirements:\n  - {id: a, where: {}, require: {state: []}}\n  - {id: b, where: {tipe: x, tags: {a: b}, kind: instances}, require: {}}\n  - {id: c, unless: {tags.: b, tags.a: [], type: ''}, require: {state: required}}\n",
        [
            "3:20: where must say something: leave it out to mean every launch",
            "3:41: state must be a word or a list of words, not an empty list",
            '4:21: where has no key "tipe"; did you mean "type"?',
            '4:30: where has no key "tags"; write tags.NAME',
            '4:50: kind must be instance, launch template, launch configuration, autoscaling group, fleet, node group, spot request or managed service, not "instances"; did you mean "instance"?',
            "4:71: require must ask for something",
            '5:22: unless has no key "tags."; write tags.NAME',
            "5:40: tags.a must be a word or a list of words, not an empty list",
            "5:50: type must be a word or a list of words, not nothing",
        ],
    ),
    "two of one id": (
        "requirements:\n  - {id: a, require: {state: required}}\n  - {id: a, require: {state: disabled}}\n",
        [
            '4:10: there is a requirement "a" already (line 3)',
        ],
    ),
    "exemptions without what they need": (
        "exemptions:\n  - {reason: r}\n  - {rule: hop-limit-too-high}\n  - {rule: '*', reason: r}\n  - x\n",
        [
            "3:5: an exemption needs `rule`: an id, a list of ids, or globs",
            "4:5: an exemption needs a `reason`",
            '5:5: rule "*" needs one of address, path, root, region: this would exempt everything',
            '6:5: an exemption must be a mapping, not "x"',
        ],
    ),
    "exemptions with other words": (
        "exemptions:\n  - {rule: [], reason: ' ', expires: soon, verdict: pass, adress: x}\n  - {rule: hop-limit-too-high, reason: [r], address: {a: b}, expires: 2027-02-30}\n",
        [
            "3:12: rule must be a word or a list of words, not an empty list",
            '3:24: reason must be a text, not " "',
            '3:38: expires must be a day like 2027-03-31, not "soon"',
            '3:53: verdict must be fail or unknown, not "pass"',
            '3:59: an exemption has no key "adress"; did you mean "address"?',
            "4:40: reason must be a text, not a list",
            "4:54: address must be a word or a list of words, not a mapping",
            '4:71: expires must be a day like 2027-03-31, not "2027-02-30"',
        ],
    ),
    "exemptions for rules that are not there": (
        "exemptions:\n  - {rule: [hop-limt, 'tokens-*'], reason: r}\n",
        [
            '3:5: there is no rule "hop-limt"; did you mean "hop-limit-too-high"?',
        ],
    ),
    "suppressions": (
        "suppressions: {comment: deny, comments: denied, rules: hop-limit-too-high}\n",
        [
            '2:16: the part suppressions has no key "comment"; did you mean "comments"?',
            '2:41: comments must be allow or deny, not "denied"; did you mean "deny"?',
            '2:56: the rules of suppressions must be a list of rules, not "hop-limit-too-high"',
        ],
    ),
    "suppressions for rules that are not there": (
        "suppressions: {rules: [hop-limt]}\n",
        [
            '2:24: there is no rule "hop-limt"; did you mean "hop-limit-too-high"?',
        ],
    ),
    "estates": (
        "estates:\n  a: {root: [x]}\n  b: {}\n  c: {roots: x}\n  d: {roots: [[x], '']}\n",
        [
            '3:7: an estate has no key "root"; did you mean "roots"?',
        ],
    ),
    "what is assumed": (
        "assume: {region_default: {us-east: required, us-east-1: requird}}\n",
        [
            '2:27: region_default: "us-east" is not the name of a Region',
        ],
    ),
    "what is assumed, and another key": (
        "assume: {region_defaults: required}\n",
        [
            '2:10: assume has no key "region_defaults"; did you mean "region_default"?',
        ],
    ),
    "a rule that is always an error": (
        "rules:\n  tokens-requirement-removed: off\n",
        [
            "3:3: tokens-requirement-removed is always an error, and a policy cannot change that: what is meant to be so needs an entry in exemptions, with a reason",
        ],
    ),
    "no YAML": (
        "rules: {\n",
        [
            "3:1: this is not YAML: expected the node content, but found '<stream end>'",
        ],
    ),
    "the same key twice": (
        "on_unknown: note\non_unknown: error\n",
        [
            '3:1: the key "on_unknown" is there twice (first in line 2)',
        ],
    ),
    "a bit of everything": (
        "fail_on: of\non_unknown: off\non_deployed: on\nrules: {hop-limit-too-high: [2]}\nexemptions: [{rule: x}]\nassume: {region_default: no}\nrequirements: [{id: a, require: {source: unknown}}]\n",
        [
            '2:10: fail_on must be error, warning, note or never, not "of"',
            '3:13: on_unknown must be error, warning or note, not "off"',
            '4:14: on_deployed must be error, warning, note or off, not "on"',
            "5:29: hop-limit-too-high must be a mapping, not a list",
            "6:14: an exemption needs a `reason`",
            '7:26: region_default must be required, optional or no-preference, not "no"',
            '8:42: source must be launch, launch_template, region_default, ami or service_default, not "unknown"',
        ],
    ),
}
MORE = {
    "estates": [
        '5:14: c: roots must be a list of globs, not "x"',
        '4:3: the estate b needs `roots: ["folder/*", ...]`',
        "6:15: d: a root is a glob on folders, not a list",
        "6:20: d: a root is a glob on folders, not nothing",
    ],
    "what is assumed": [
        (
            '2:57: region_default of us-east-1 must be required, optional or no-preference, not "requird"; '
            'did you mean "required"?'
        ),
    ],
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_policy_is_told_as_well_as_it_ever_was(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text, said = BAD[name]
    Path("team.yaml").write_text(text if "version" in name else f"version: 1\n{text}")
    checked = check_policy("team.yaml")
    assert not checked.usable
    assert sorted(checked.lines) == sorted(f"team.yaml:{line}" for line in [*said, *MORE.get(name, ())])
