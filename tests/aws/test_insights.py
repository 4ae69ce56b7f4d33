"""Reading the SELECT of Metrics Insights."""

from __future__ import annotations

import pytest

from imdsguard.aws.alarms.insights import Comparison, JoinedConditions, Query, QueryError, Unread, parse

PLAIN = Query("M", "AWS/EC2", ("InstanceId",))


@pytest.mark.parametrize(
    "text",
    [
        'SELECT SUM(M) FROM SCHEMA("AWS/EC2", InstanceId)',
        'select sum("M") from schema("AWS/EC2", "InstanceId")',
        ' SELECT SUM(M)\nFROM SCHEMA("AWS/EC2",InstanceId)\nGROUP BY InstanceId\nORDER BY MAX() ASC ',
    ],
)
def test_a_query_over_everything(text):
    assert parse(text) == PLAIN


def test_what_narrows_a_query():
    where = parse(
        "SELECT SUM(M) FROM SCHEMA(\"AWS/EC2\", InstanceId) WHERE tag.Team = 'a b' AND InstanceId != 'x' LIMIT 5"
    )
    assert where.where == JoinedConditions(
        every=True, parts=(Comparison("tag.Team", True, "a b"), Comparison("InstanceId", False, "x"))
    )
    assert where.cut
    assert parse('SELECT AVG(M) FROM "AWS/EC2"').function == "AVG"
    assert parse('SELECT SUM(M) FROM "AWS/EC2"').keys is None
    assert parse('SELECT SUM(M) FROM SCHEMA("AWS/EC2")').keys == ()
    assert parse('SELECT SUM(M) FROM SCHEMA("AWS/EC2", A, B)').keys == ("A", "B")


A, B, C = (Comparison(key, True, "x") for key in "abc")


@pytest.mark.parametrize(
    ("condition", "read"),
    [
        ("a = 'x'", A),
        ("a != 'x'", Comparison("a", False, "x")),
        ("tag.\"my key\" = 'x'", Comparison("tag.my key", True, "x")),
        ("a = 'x' OR b = 'x' AND c = 'x'", JoinedConditions(False, (A, JoinedConditions(True, (B, C))))),
        ("(a = 'x' or b = 'x') and c = 'x'", JoinedConditions(True, (JoinedConditions(False, (A, B)), C))),
        ("a LIKE 'x'", Unread()),
        ("NOT a = 'x'", Unread()),
        ("a = 5", Unread()),
        ("a = 'x' AND", Unread()),
        ("(" * 500 + "a = 'x'" + ")" * 500, Unread()),
    ],
)
def test_a_condition(condition, read):
    assert parse(f'SELECT SUM(M) FROM "AWS/EC2" WHERE {condition} GROUP BY a ORDER BY SUM() DESC LIMIT 5').where == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT M FROM x",
        "SELECT MEDIAN(M) FROM x",
        "SELECT SUM(M)",
        "SELECT SUM(M) FROM",
        "SELECT SUM(M) FROM SCHEMA(",
        'SELECT SUM(M) FROM "AWS/EC2',
        'SELECT SUM(M) FROM "AWS/EC2" WHERE',
        'SELECT SUM(M) FROM "AWS/EC2" LIMIT many',
        'SELECT SUM(M) FROM "AWS/EC2" ORDER BY',
        'SELECT SUM(M) FROM "AWS/EC2" trailing',
        'SELECT SUM(M) FROM "AWS/EC2" ' + "x" * 20_000,
    ],
)
def test_what_is_no_query(text):
    with pytest.raises(QueryError):
        parse(text)
