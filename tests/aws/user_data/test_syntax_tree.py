"""Scripts that would end the process in the C of a grammar are kept from it; all others it gets as they are."""

from __future__ import annotations

import pytest

from imdsguard.aws.user_data import read_user_data
from imdsguard.aws.user_data.script import Language
from imdsguard.aws.user_data.syntax_tree import MOST_INDENTS, TooDeepError, tree_of, walk
from imdsguard.report.reasons import sentence

CALL = "requests.get('http://169.254.169.254/latest/meta-data/')"
HEAD = "#!/usr/bin/python3\nimport requests\n"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("{\U000390c3", "{\ufffd_"),
        ("{1..\U0001f680\U0001f680}", "{1..\ufffd_\ufffd_}"),
        ("${a?\U0001f680}", "${a?\ufffd_}"),
        ("cat <<E\n$\U0001f680\nE\n", "cat <<E\n$\ufffd_\nE\n"),
        ("[[ -\U0001f680 ]]", "[[ -\ufffd_ ]]"),
        ("[[ -f\U0001f680 ]]", "[[ -f\ufffd_ ]]"),
        ("echo '\U0001f680 up' \U0001f680", None),
        ("echo {\u4e2d ${\u00e9} \uffff", None),
    ],
)
def test_a_shell_script_has_no_character_where_its_grammar_would_look_it_up_outside_of_its_tables(
    text: str, given: str | None
) -> None:
    tree = tree_of(Language.SHELL, text)
    assert tree.text == (text if given is None else given).encode()
    assert tree.end_byte == len(text.encode()), "places stay what they are"


def test_other_languages_get_every_character() -> None:
    for language in (Language.PYTHON, Language.POWERSHELL):
        text = "a = '{\U000390c3'"
        assert tree_of(language, text).text == text.encode()


def nested(levels: int) -> str:
    lines = [f"{' ' * level}if x:" for level in range(levels)]
    return "\n".join([*lines, f"{' ' * levels}{CALL}", ""])


def test_python_is_read_up_to_a_depth_and_behind_that_it_is_said() -> None:
    read = read_user_data(HEAD + nested(MOST_INDENTS))
    assert ([call.line for call in read.calls], read.unread) == ([MOST_INDENTS + 3], ())
    for text in (nested(MOST_INDENTS + 1), nested(900), nested(900).replace(" ", "\t")):
        read = read_user_data(HEAD + text)
        said = "user data: its lines are indented too deep to be followed"
        assert (read.calls, [sentence(reason) for reason in read.unread]) == ((), [said])


def test_tabs_count_as_the_grammar_counts_them() -> None:
    same = "".join(f"if x:\n{indent}pass\n" for indent in ("\t", " " * 8) * MOST_INDENTS)
    assert tree_of(Language.PYTHON, same).child_count == 2 * MOST_INDENTS
    with pytest.raises(TooDeepError):
        tree_of(Language.PYTHON, nested(MOST_INDENTS + 1))


def test_a_node_outlives_what_it_was_reached_by() -> None:
    nodes = [list(walk(tree_of(Language.SHELL, f"echo a{number}")))[-1] for number in range(50)]
    assert [node.text for node in nodes] == [f"a{number}".encode() for number in range(50)]
