"""`imdsguard report`: what it takes, what it writes, and its exit code."""

from __future__ import annotations

import json

import pytest

from imdsguard.cli import main

BAD = 'resource "aws_instance" "web" {\n}\n'
GOOD = (
    'resource "aws_instance" "web" {\n  metadata_options {\n    http_endpoint = "enabled"\n'
    '    http_tokens   = "required"\n  }\n}\n'
)
POLICY = "version: 1\nselect:\n  rules: [instance-tokens-optional]\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".imdsguard.yaml").write_text(POLICY)
    for name, text in (("bad", BAD), ("good", GOOD)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    return tmp_path


def call(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def report(*arguments):
    return call("report", *arguments)


@pytest.mark.parametrize(("path", "code"), [("good", 0), ("bad", 1), (".", 1)])
def test_the_exit_code_is_that_of_scan(folder, path, code, capsys):
    assert report(path, "--output", "markdown=page.md") == code
    assert call("scan", path, "-q") == code


def test_it_says_how_far_it_is_and_what_it_wrote(folder, capsys):
    assert report("--output", "html=page.html", "--output", "markdown=page.md") == 1
    assert capsys.readouterr().out == (
        "1 of 2 launches answers no call without a token; next: observe 1, detect 1\n"
        "written: page.html\nwritten: page.md\n"
    )
    assert "<title>From IMDSv1 to IMDSv2: 1 of 2 launches</title>" in (folder / "page.html").read_text()
    assert (folder / "page.md").read_text().startswith("# From IMDSv1 to IMDSv2\n")


def written(command, path, file, capsys):
    capsys.readouterr()
    call(command, path, "--format", "json")
    file.write_text(capsys.readouterr().out)
    return str(file)


def test_documents_of_several_repositories_are_one_page(folder, capsys):
    """Each was read in its own checkout; their root modules have one name."""
    paths = []
    for name in ("bad", "good"):
        for command, ending in (("inspect", "inspect"), ("scan", "scan")):
            paths.append(written(command, name, folder / f"{name}.{ending}.json", capsys))
    assert report(*paths, "--output", "markdown=page.md") == 1
    text = (folder / "page.md").read_text()
    assert "- bad: 1 launch" in text
    assert "- good: 1 launch" in text
    assert report(*paths[2:], "--output", "markdown=page.md") == 0


def test_documents_and_folders_go_together(folder, capsys):
    path = written("inspect", "good", folder / "good.json", capsys)
    assert report(path, "bad", "--output", "markdown=page.md") == 1
    assert "1 of 2 launches" in capsys.readouterr().out


def test_a_document_that_is_broken_is_told_and_the_page_is_written(folder, capsys):
    (folder / "broken.json").write_text('{"schema": "imdsguard/inspect/v1",\n "launches": [{}]}')
    assert report("broken.json", "good", "--output", "markdown=page.md") == 2
    assert "broken.json: Object missing required field `address` at launches[0]" in capsys.readouterr().err
    assert "broken.json" in (folder / "page.md").read_text()


def test_answers_and_earlier_documents_are_on_the_page(folder, capsys):
    entry = {"address": "aws_instance.web", "root": "bad", "verdict": "ready", "instances": []}
    asked = {"schema": "imdsguard/readiness/v1", "launches": [entry]}
    (folder / "readiness.json").write_text(json.dumps(asked))
    earlier = json.loads((folder / written("inspect", "bad", folder / "old.json", capsys)).read_text())
    (folder / "old.json").write_text(json.dumps({**earlier, "generated": "2026-10-01T04:00:00Z"}))
    options = ("--readiness-file", "readiness.json", "--history", "old.json", "--output", "markdown=page.md")
    assert report("bad", *options) == 1
    text = (folder / "page.md").read_text()
    assert "## 3. Switch: 1 launch is ready" in text
    assert "| 2026-10-01 | 1 | 0 | 0 | 0 | 1 |" in text


def test_a_readiness_file_that_is_none_is_told(folder, capsys):
    assert report("good", "--readiness-file", "none.json", "--output", "markdown=page.md") == 2
    assert "none.json: it cannot be read: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "pdf=page.pdf"], 'there is no format "pdf"'),
        ([], "Missing option '--output'"),
        (["--output", "html=page.html", "--group-by", "regoin"], '"regoin" is none of root, account, region'),
        (["--output", "html=page.html", "--group-by", "tag."], '"tag." is none of'),
        (["--output", "html=page.html", "--get-host", "x"], "give --get as well"),
        (["--output", "html=none/page.html"], "there is no folder none"),
    ],
)
def test_a_call_that_is_wrong_is_refused(folder, arguments, message, capsys):
    assert report(*arguments) == 2
    assert message in capsys.readouterr().err


def test_without_jinja_nothing_is_read_for_html(folder, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert report("--output", "html=page.html") == 2
    message = "HTML needs jinja2: pip install 'imdsguard[report]', or write --output markdown=FILE"
    assert capsys.readouterr().err == f"imdsguard: {message}\n"
    assert report("good", "--output", "markdown=page.md") == 0
