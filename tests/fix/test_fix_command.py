"""`imdsguard fix` as a user runs it."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
from pathlib import Path

import click
import jsonschema
import pytest

from imdsguard.cli.fix import write as write_files
from tests.conftest import Command
from tests.fix.fixing import fixes_of, write

WEB = 'resource "aws_instance" "web" {\n  ami = "ami-0123456789abcdef0"\n}\n'
MENDED = WEB[:-2] + '\n  metadata_options {\n    http_endpoint = "enabled"\n    http_tokens   = "required"\n  }\n}\n'
MANY = "\n".join(
    f'resource "aws_instance" "n{number}" {{\n  metadata_options {{\n    http_tokens = "optional"\n  }}\n}}\n' + gap
    for number, gap in enumerate(("", "# near\n", "# far\n" * 20, ""))
)
CALLS = WEB[:-2] + "  user_data = <<-EOT\n    #!/bin/sh\n    curl http://169.254.169.254/latest/meta-data/\n  EOT\n}\n"


@pytest.fixture
def repository_with_code(tmp_path: Path) -> Path:
    top = tmp_path / "repository"
    files = {"stacks/web/main.tf": WEB, "stacks/größe mit leer/main.tf": WEB.replace("web", "odd")}
    files["modules/windows/main.tf"] = WEB.replace("\n", "\r\n")
    files["bare/main.tf"] = WEB.removesuffix("\n")
    files["many/main.tf"] = MANY
    write(top, files)
    subprocess.run(["git", "init", "-q", "."], cwd=top, check=True)
    subprocess.run(["git", "add", "."], cwd=top, check=True)
    return top


@pytest.mark.parametrize("folder", [".", "stacks", "modules/windows"])
def test_git_applies_the_patch(repository_with_code: Path, imdsguard: Command, folder: str) -> None:
    top = repository_with_code
    up = os.path.relpath(top, top / folder)
    run = subprocess.run(
        [str(Path(os.sys.executable).with_name("imdsguard")), "fix", up, "-q"],  # type: ignore[attr-defined]
        cwd=top / folder,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    applied = subprocess.run(
        ["git", "apply", "--check", "-"], cwd=top, input=run.stdout, capture_output=True, check=False
    )
    assert applied.returncode == 0, applied.stderr
    subprocess.run(["git", "apply", "-"], cwd=top, input=run.stdout, check=True)
    assert (top / "stacks/web/main.tf").read_text() == MENDED
    assert (top / "stacks/größe mit leer/main.tf").read_text() == MENDED.replace("web", "odd")
    assert (top / "modules/windows/main.tf").read_bytes() == MENDED.replace("\n", "\r\n").encode()
    assert (top / "bare/main.tf").read_text() == MENDED.removesuffix("\n")
    assert (top / "many/main.tf").read_text() == MANY.replace("optional", "required")
    again = imdsguard("fix", up, cwd=top / folder)
    assert (again.returncode, again.stdout) == (0, "")


def test_text_says_what_is_mended_and_what_not(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": CALLS, "b.tf": WEB.replace('"web"', '"b"')})
    run = imdsguard("fix", cwd=tmp_path)
    assert run.returncode == 1
    assert run.stdout.startswith("diff --git a/b.tf b/b.tf\n--- a/b.tf\n+++ b/b.tf\n@@ -1,3 +1,8 @@\n")
    about = "[instance-tokens-optional] aws_instance"
    assert run.stderr.splitlines()[:3] == [
        f'mends {about}.b: a block metadata_options with http_tokens = "required" (b.tf)',
        f'left out, would mend {about}.web: a block metadata_options with http_tokens = "required" (main.tf)',
        "  unsafe: the boot script of aws_instance.web calls the metadata service without a token",
    ]
    assert run.stderr.splitlines()[-1].startswith("1 edit would mend 1 finding; 2 more with --unsafe-fixes")


def test_json(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": CALLS})
    run = imdsguard("fix", "--format", "json", "--unsafe-fixes", "--rule", "instance-tokens-optional", cwd=tmp_path)
    told = json.loads(run.stdout)
    assert told["schema"] == "imdsguard/fixes/v1"
    (fix,) = told["fixes"]
    (edit,) = fix.pop("edits")
    assert fix.pop("fingerprints")
    assert fix.pop("why_unsafe") == ["the boot script of aws_instance.web calls the metadata service without a token"]
    then = {each["rule"] for each in fix.pop("then")}
    assert then == {"user-data-tokenless-call", "rejected-call-alarm-missing"}
    assert fix == {
        "rule": "instance-tokens-optional",
        "addresses": ["aws_instance.web"],
        "environments": [],
        "applicability": "unsafe",
        "offered": True,
        "title": 'a block metadata_options with http_tokens = "required"',
        "second_reader": True,
    }
    data = CALLS.encode()
    mended = data[: edit["start"]] + edit["text"].encode() + data[edit["end"] :]
    assert b'  EOT\n\n  metadata_options {\n    http_endpoint = "enabled"\n' in mended
    assert told["unfixed"] == []


def test_rdjson(tmp_path: Path, imdsguard: Command) -> None:
    text = WEB[:-2] + '  metadata_options {\n    http_tokens = "optional" # ü\n  }\n}\n'
    write(tmp_path, {"main.tf": text})
    told = json.loads(imdsguard("fix", "--format", "rdjson", cwd=tmp_path).stdout)
    (diagnostic,) = told["diagnostics"]
    assert diagnostic["code"] == {"value": "instance-tokens-optional"}
    at = {"start": {"line": 4, "column": 20}, "end": {"line": 4, "column": 28}}
    assert diagnostic["suggestions"] == [{"range": {"start": at["start"], "end": at["end"]}, "text": "required"}]


def exactly(properties: dict[str, object]) -> dict[str, object]:
    """The schema of an object that has these members, and no others."""
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


POSITION = exactly({"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}})
RANGE = exactly({"start": POSITION, "end": POSITION})
TEXT = {"type": "string"}
RDJSON = exactly(
    {
        "source": exactly({"name": TEXT}),
        "diagnostics": {
            "type": "array",
            "items": exactly(
                {
                    "message": TEXT,
                    "location": exactly({"path": TEXT, "range": RANGE}),
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": exactly({"value": TEXT}),
                    "suggestions": {"type": "array", "minItems": 1, "items": exactly({"range": RANGE, "text": TEXT})},
                }
            ),
        },
    }
)
"""What we write of reviewdog's format, under its names. (reviewdog, proto/rdf/jsonschema/DiagnosticResult.json)"""


def test_the_formats_of_others_are_held_to_their_schemas(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": MANY, "größe/b.tf": WEB, "calls/c.tf": CALLS})
    told = {
        form: json.loads(imdsguard("fix", "--unsafe-fixes", "--format", form, cwd=tmp_path).stdout)
        for form in ("rdjson", "sarif")
    }
    jsonschema.validate(told["rdjson"], RDJSON)
    assert len(told["rdjson"]["diagnostics"]) > 5
    schemas = Path(__file__).resolve().parents[1] / "report" / "schemas"
    jsonschema.validate(told["sarif"], json.loads((schemas / "sarif-2.1.0.json").read_text(encoding="utf-8")))
    assert sum("fixes" in each for each in told["sarif"]["runs"][0]["results"]) > 5


def test_sarif(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": WEB[:-2] + '  metadata_options {\n    http_tokens = "optional" # ü\n  }\n}\n'})
    log = json.loads(imdsguard("fix", "--format", "sarif", cwd=tmp_path).stdout)
    results = {each["ruleId"]: each for each in log["runs"][0]["results"]}
    (proposal,) = results["instance-tokens-optional"]["fixes"]
    (change,) = proposal["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "main.tf"
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 4, "startColumn": 20, "endLine": 4, "endColumn": 28},
            "insertedContent": {"text": "required"},
        }
    ]
    assert "fixes" not in results["region-default-missing"]


def test_markdown(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": WEB.replace("\n}", "\n  # ```\n}")})
    text = imdsguard("fix", "--format", "markdown", cwd=tmp_path).stdout
    assert "- `instance-tokens-optional` `aws_instance.web`: " in text
    assert "````diff\n@@ -1,4 +1,9 @@\n" in text
    assert '\n+    http_tokens   = "required"\n' in text


def test_write_keeps_permissions_and_leaves_nothing_beside(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": WEB, "b.tf": WEB.replace("web", "b")})
    (tmp_path / "main.tf").chmod(0o640)
    run = imdsguard("fix", "--write", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert (tmp_path / "main.tf").read_text() == MENDED
    assert stat.S_IMODE((tmp_path / "main.tf").stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tf", "main.tf"]


def test_write_says_by_its_exit_code_whether_findings_are_left(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": CALLS})
    assert imdsguard("fix", "--write", cwd=tmp_path).returncode == 1
    assert (tmp_path / "main.tf").read_text() == CALLS
    assert imdsguard("fix", "--write", "--unsafe-fixes", cwd=tmp_path).returncode == 0


def test_a_comment_in_the_code_is_heeded(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": "# imdsguard:ignore[instance-tokens-optional] the vendor's\n" + WEB})
    run = imdsguard("fix", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert imdsguard("fix", "--no-suppressions", cwd=tmp_path).returncode == 1


def test_a_baseline_of_the_policy_lists_what_there_is_to_mend(tmp_path: Path, imdsguard: Command) -> None:
    write(tmp_path, {"main.tf": WEB, ".imdsguard.yaml": "version: 1\nbaseline: .imdsguard-baseline.json\n"})
    assert imdsguard("scan", "--write-baseline", cwd=tmp_path).returncode == 0
    assert imdsguard("scan", cwd=tmp_path).returncode == 0
    assert imdsguard("fix", "--write", cwd=tmp_path).returncode == 0
    assert (tmp_path / "main.tf").read_text() == MENDED


def test_quiet_says_nothing_but_problems(tmp_path: Path, imdsguard: Command) -> None:
    variable = 'variable "tokens" {}\n'
    code = WEB[:-2] + "  metadata_options {\n    http_tokens = var.tokens\n  }\n}\n"
    write(tmp_path, {"main.tf": variable + code, "prod.tfvars": 'tokens = "optional"\n'})
    assert "nothing loads prod.tfvars" in imdsguard("fix", cwd=tmp_path).stderr
    assert imdsguard("fix", "-q", cwd=tmp_path).stderr == ""


def test_a_rule_that_is_not_asked_is_refused(tmp_path: Path, imdsguard: Command) -> None:
    run = imdsguard("fix", "--rule", "instance-token-optional", cwd=tmp_path)
    assert run.returncode == 2
    assert 'did you mean "instance-tokens-optional"?' in run.stderr


def test_a_read_only_file_keeps_all_from_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.tf": WEB, "main.tf": WEB.replace('"web"', '"b"')})
    fixes = fixes_of("instance-tokens-optional")
    monkeypatch.setattr(os, "access", lambda path, _: not path.endswith("main.tf"))
    with pytest.raises(click.ClickException, match=r"nothing was written: main\.tf: it is read-only"):
        write_files(fixes)
    assert (tmp_path / "a.tf").read_text() == WEB
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tf", "main.tf"]


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
     (OSError(errno.EROFS, "Read-only file system", "main.tf"), "main.tf: Read-only file system")],
)  # fmt: skip
def test_a_full_disk_leaves_all_as_it_was(
    error: OSError, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.tf": WEB, "main.tf": WEB.replace('"web"', '"b"')})
    fixes = fixes_of("instance-tokens-optional")
    synced: list[int] = []

    def full(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise error

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(click.ClickException, match=f"nothing was written: {said}"):
        write_files(fixes)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.tf": WEB,
        "main.tf": WEB.replace('"web"', '"b"'),
    }


def test_the_second_of_two_runs_at_once_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.tf": WEB, "main.tf": WEB.replace('"web"', '"b"')})
    first, second = fixes_of("instance-tokens-optional"), fixes_of("instance-tokens-optional")
    write_files(first)
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    with pytest.raises(click.ClickException, match=r"nothing was written: .*a\.tf has changed since it was read"):
        write_files(second)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == written


def test_line_ends_and_the_byte_order_mark_are_written_as_they_were(tmp_path: Path, imdsguard: Command) -> None:
    bom = b"\xef\xbb\xbf"
    write(tmp_path, {"main.tf": bom + WEB.replace("\n", "\r\n").encode()})
    assert imdsguard("fix", "--write", cwd=tmp_path).returncode == 0
    assert (tmp_path / "main.tf").read_bytes() == bom + MENDED.replace("\n", "\r\n").encode()
