"""The page as HTML and as Markdown: nothing in it is markup that came from a document, and it stays small."""

# ruff: noqa: E501

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from imdsguard.migration.html import MissingJinjaError, page_html
from imdsguard.migration.markdown import LARGEST, page_markdown
from tests.migration.inspected import answer
from tests.migration.pages import DAYS, HOSTILE, SMALL, everywhere, large, page


def test_the_page_as_markdown():
    made = page(*SMALL, said=[answer("ready", "aws_instance.shop")], history=DAYS)
    assert page_markdown(made) == EXPECTED


EXPECTED = """\
# From IMDSv1 to IMDSv2

**3** of **7** launches answer no call without a token (43 %).

- ❌ 3 optional: answer calls without a token
- ❓ 1 cannot be told
- ✅ 3 required

Next: Observe 2 → Mend scripts 1 → Switch 1 → Refresh 1 → Detect 1 → Done 1

## By root module

| root module | optional | unknown | required | disabled | all |
| --- | --- | --- | --- | --- | --- |
| `.` | 3 | 1 | 3 |  | 7 |

## How it went

| day | optional | unknown | required | disabled | all |
| --- | --- | --- | --- | --- | --- |
| 2026-10-01 | 1 | 0 | 0 | 0 | 1 |
| 2026-11-01 | 0 | 0 | 1 | 0 | 1 |

## 1. Observe: 2 launches

Nobody asked about 1 launch: `imdsguard readiness STATE --format json`.

| cannot be told, because | launches |
| --- | --- |
| `var.x` is a variable without a value | 1 |

| no alarm on MetadataNoToken in | launches |
| --- | --- |
| `111111111111`, `eu-west-1` | 4 |

## 2. Mend scripts: 1 launch

| call in a boot script | launch | launches |
| --- | --- | --- |
| `boot.sh:3: curl http://169.254.169.254/latest/meta-data/` | `aws_instance.mail` | 1 |

## 3. Switch: 1 launch is ready

| one edit here | what | ready | to mend | to observe | switches |
| --- | --- | --- | --- | --- | --- |
| `prod.tfvars:3` | `var.tokens` | 1 |  |  | 1 |
| `main.tf:1` | `aws_instance.bastion` |  |  | 1 | 1 |
| `main.tf:4` | `aws_instance.mail` |  | 1 |  | 1 |

| a Region default would switch what says nothing itself in | launches |
| --- | --- |
| `111111111111`, `eu-west-1` | 1 |

## 4. Refresh: 1 launch

| launch | why |
| --- | --- |
| `aws_instance.old` | `instances that run keep what they were started with until something replaces them` |

## 5. Detect: 1 launch

| no alarm on MetadataNoTokenRejected in | launches |
| --- | --- |
| `111111111111`, `eu-west-1` | 1 |

## Done: 1 launch

## All launches

| launch | state | next | why | what breaks | who watches |
| --- | --- | --- | --- | --- | --- |
| `aws_instance.bastion` `main.tf:1` | ❌ optional | Observe | nothing sets `http_tokens` |  | nobody |
| `aws_instance.tax` `main.tf:1` | ❓ unknown | Observe | `var.x` is a variable without a value |  | nobody |
| `aws_instance.mail` `main.tf:1` | ❌ optional | Mend scripts | by the launch itself: `aws_instance.mail (main.tf:4)` | `boot.sh:3: curl http://169.254.169.254/latest/meta-data/` | nobody |
| `aws_instance.shop` `main.tf:1` | ❌ optional | Switch | by the launch itself: `var.tokens (prod.tfvars:3)` | `readiness: ready (1 instance)` | nobody |
| `aws_instance.old` `main.tf:1` | ✅ required | Refresh | by the launch itself: `aws_instance.old (main.tf:4)` | `instances that run keep what they were started with until something replaces them` | nobody |
| `aws_instance.dark` `main.tf:1` | ✅ required | Detect | by the launch itself: `aws_instance.dark (main.tf:4)` |  | nobody |
| `aws_instance.done` `main.tf:1` | ✅ required | Done | by the launch itself: `aws_instance.done (main.tf:4)` |  | `aws_cloudwatch_metric_alarm.refused` |
"""


class Markup(HTMLParser):
    """Every tag with its attributes, and the text of scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.raw = {}
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self._in = f"{tag}:{dict(attrs).get('type', '')}"

    def handle_data(self, data):
        if self._in.partition(":")[0] in ("script", "style"):
            self.raw[self._in] = self.raw.get(self._in, "") + data

    def handle_endtag(self, tag):
        self._in = ""


def test_no_name_is_markup_in_html():
    plain = Markup(page_html(everywhere("plain")))
    for text in HOSTILE:
        made = page_html(everywhere(text))
        parsed = Markup(made)
        assert sorted(parsed.tags) == sorted(plain.tags), text  # the order of rows is that of the names
        assert parsed.raw["script:"] == plain.raw["script:"], text
        assert parsed.raw["style:"] == plain.raw["style:"], text
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", made), text
        assert "49{% raw" not in made
        assert "http://" not in re.sub(r"&#?\w+;", "", re.sub(r">[^<]*<", "><", made)), text


def test_no_name_is_markup_in_markdown():
    for text in HOSTILE:
        made = page_markdown(everywhere(text))
        outside = re.sub(r"`[^`\n]*`|<code>[\w&#; ]*</code>", "", made)
        assert not re.search(r"<(?!br>)|\]\(|\*\*b|@|\{\{|::error|##\[", outside), (text, outside)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", made), text


def test_the_policy_of_the_page_lets_nothing_run_but_its_script_and_nothing_be_asked():
    made = page_html(page(*SMALL))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', made)
    parsed = Markup(made)

    def hashed(name):
        return f"'sha256-{b64encode(sha256(parsed.raw[name].encode()).digest()).decode()}'"

    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; script-src {hashed('script:')}; style-src {hashed('style:')}; "
        "base-uri 'none'; form-action 'none'"
    )
    names = {name for _, attributes in parsed.tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("src", "style", "action", "srcset")}
    assert {tag for tag, _ in parsed.tags}.isdisjoint({"link", "img", "iframe", "object", "embed", "form", "base"})
    assert re.findall(r'href="([^#][^"]*)"', made) == []


def test_a_page_of_two_thousand_launches_stays_small():
    made = page_html(page(*large(2000), source="platform"))
    assert made.count("<tr data-w") == 2000
    assert len(made.encode()) < 1_500_000


def test_markdown_stays_below_what_github_takes():
    made = page_markdown(page(*large(5000)))
    assert len(made.encode()) <= LARGEST
    assert re.search(r"\*\*\d{3,4} more have no room here\.\*\*", made)


def test_without_jinja_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingJinjaError, match=r"pip install 'imdsguard\[report\]'"):
        page_html(page())


def test_a_page_without_launches_says_so():
    made = page_html(page())
    assert "<b>0</b> of <b>0</b> launches" in made
    assert page_markdown(page()).startswith("# From IMDSv1 to IMDSv2\n\n**0** of **0** launches")
