"""IP prefixes.

What is expected was computed by Terraform 1.11.
"""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'cidrhost("10.12.112.0/20", 268)': '"10.12.113.12"',
    'cidrhost("10.0.0.0/24", -1)': '"10.0.0.255"',
    'cidrhost("010.001.0.0/16", 5)': '"10.1.0.5"',
    'cidrnetmask("172.16.0.0/12")': '"255.240.0.0"',
    'cidrsubnet("fd00::/8", 64, 5)': '"fd00::500:0:0:0/72"',
    'cidrsubnet("10.0.0.0/16", -1, 0)': '"10.0.0.0/15"',
    'cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)': '["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24","10.1.48.0/20"]',
    'cidrsubnet("10.0.0.0/16", 8, -1)': '"0.0.1.0/24"',
    'cidrsubnet("10.1.2.0/24", 4, -3)': '"0.0.0.48/28"',
    'cidrsubnet("10.0.0.0/16", -1, -1)': '"0.2.0.0/15"',
    'cidrsubnet("fd00::/8", 8, -2)': '"2::/16"',
    'cidrsubnet("::ffff:10.0.0.0/104", 8, 1)': '"10.1.0.0/16"',
    'cidrsubnet("::ffff:10.0.0.0/104", 8, -1)': '"::1:0/112"',
    'cidrsubnet("::ffff:10.0.0.0/104", -10, 0)': '"10.0.0.0/0"',
    'cidrsubnet("::ffff:0:0/90", 8, 1)': '"::ffc0:4000:0/98"',
    'cidrsubnets("::ffff:10.0.0.0/90", 8, 4)': '["::ffc0:0:0/98","::ffc4:0:0/94"]',
    'cidrhost("::ffff:10.0.0.0/104", 5)': '"0:5::ffff:a00:0"',
    'cidrhost("::ffff:10.0.0.0/104", -1)': '"ff:ffff::ffff:a00:0"',
    'cidrnetmask("::ffff:10.0.0.0/104")': '"ffff:ffff:ffff:ffff:ffff:ffff:ff00:0"',
}

ERRORS = [
    'cidrhost("10.0.0.0/24", 256)',
    'cidrnetmask("fd00::/64")',
    'cidrsubnet("10.0.0.0/30", 4, 0)',
    'cidrsubnets("10.0.0.0/24", 1, 1, 1)',
    'cidrhost("10.0.0.0/33", 0)',
    'cidrsubnet("10.0.0.0/16", 8, -256)',
    'cidrsubnets("::ffff:10.0.0.0/104", 8, 4)',
    'cidrnetmask("::ffff:10.0.0.0/90")',
    'cidrhost("::ffff:10.0.0.0/120", 300)',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
