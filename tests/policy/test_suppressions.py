"""What a policy says comments may suppress."""

from __future__ import annotations

import pytest

from imdsguard.policy.document import read_document
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.suppressions import Suppressions
from imdsguard.policy.yaml import read_nodes


def reading(text: str) -> Suppressions:
    return read_document(read_nodes(f"version: 1\n{text}".encode(), "policy.yaml")).suppressions


def test_without_a_word_comments_suppress_all_but_the_fixed_rules() -> None:
    said = reading("")
    assert said.allow("hop-limit-too-high", fixed=False)
    assert not said.allow("tokens-requirement-removed", fixed=True)


def test_a_policy_can_deny_them() -> None:
    assert not reading("suppressions: {comments: deny}").allow("hop-limit-too-high", fixed=False)


def test_a_policy_can_name_what_they_may_suppress() -> None:
    said = reading("suppressions: {rules: [tokens-requirement-removed]}")
    assert said.allow("tokens-requirement-removed", fixed=True)
    assert not said.allow("hop-limit-too-high", fixed=False)
    assert not reading("suppressions: {rules: []}").allow("hop-limit-too-high", fixed=False)


def test_the_extending_policy_counts_key_by_key() -> None:
    base = read_document(read_nodes(b"version: 1\nsuppressions: {comments: deny, rules: [a]}", "base.yaml"))
    mine = read_document(read_nodes(b"version: 1\nsuppressions: {rules: [b]}", "mine.yaml"))
    said = mine.over(base).suppressions
    assert said.comments is False
    assert [rule.text for rule in said.rules or ()] == ["b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "suppressions: {comment: deny}",
            'policy.yaml:2:16: the part suppressions has no key "comment"; did you mean "comments"?',
        ),
        ("suppressions: {comments: off}", 'policy.yaml:2:26: comments must be allow or deny, not "off"'),
        (
            "suppressions: {rules: all}",
            'policy.yaml:2:23: the rules of suppressions must be a list of rules, not "all"',
        ),
        ("suppressions: never", 'policy.yaml:2:15: suppressions must be a mapping, not "never"'),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as error:
        reading(text)
    assert str(error.value) == message


def test_a_rule_that_is_not_there_is_refused() -> None:
    with pytest.raises(PolicyError, match='there is no rule "hop-limit-to-high"; did you mean "hop-limit-too-high"'):
        reading("suppressions: {rules: [hop-limit-to-high]}").refuse_unknown(["hop-limit-too-high"])
