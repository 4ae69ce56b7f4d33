"""Reading the SELECT of Metrics Insights."""

from __future__ import annotations

import pytest

from imdsguard.aws.insights import Query, QueryError, parse

PLAIN = Query("M", "AWS/EC2", ("InstanceId",), where=False, cut=False)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT SUM(M) FROM SCHEMA("AWS/EC2", InstanceId)',
        'select sum("M") from schema("AWS/EC2", "InstanceId")',
        ' SELECT MAX(M)\nFROM SCHEMA("AWS/EC2",InstanceId)\nGROUP BY InstanceId\nORDER BY MAX() ASC ',
    ],
)
def test_a_query_over_everything(text):
    assert parse(text) == PLAIN


def test_what_narrows_a_query():
    where = parse(
        "SELECT SUM(M) FROM SCHEMA(\"AWS/EC2\", InstanceId) WHERE tag.Team = 'a b' AND InstanceId != 'x' LIMIT 5"
    )
    assert (where.where, where.cut) == (True, True)
    assert parse('SELECT SUM(M) FROM "AWS/EC2"').keys is None
    assert parse('SELECT SUM(M) FROM SCHEMA("AWS/EC2")').keys == ()
    assert parse('SELECT SUM(M) FROM SCHEMA("AWS/EC2", A, B)').keys == ("A", "B")


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
