"""What a run did not look at: one line for each kind and subject for people, every record for programs."""

from __future__ import annotations

import re
from pathlib import Path

from imdsguard.model.place import Place
from imdsguard.model.unseen import Unseen, UnseenKind, WayOut
from imdsguard.report.json import inspect_json
from imdsguard.report.report import Report
from imdsguard.report.unseen import WAYS_OUT, unseen_json, unseen_text
from tests.estates import small_estate

K = UnseenKind

VPC = Unseen(K.MODULE, "a", "acme/vpc/aws", (Place("a/main.tf", 3),), WayOut.TERRAFORM_INIT)
VPC_ELSEWHERE = Unseen(K.MODULE, "b", "acme/vpc/aws", (Place("b/main.tf", 8, 1),), WayOut.TERRAFORM_INIT)
ALL = (
    VPC,
    Unseen(K.TERRAGRUNT, "modules/app", "", (Place("live/app/terragrunt.hcl"),), WayOut.RUN_TERRAGRUNT),
    Unseen(K.TERRAGRUNT, "", "tfr:///acme/app", (Place("live/a.hcl"), Place("live/b.hcl")), WayOut.RUN_TERRAGRUNT),
    VPC_ELSEWHERE,
    Unseen(K.VAR_FILE, "a", "a/prod.tfvars", (Place("a/prod.tfvars", 1),), WayOut.GIVE_VAR_FILE, "tokens, hosts"),
    Unseen(K.NOT_MADE, "a", "", tuple(Place("a/hosts.tf", line) for line in (1, 5, 9, 13, 17)), WayOut.GIVE_VALUES),
    Unseen(K.WORKSPACE, "b", "", (Place("b/main.tf", 7),), WayOut.GIVE_WORKSPACE),
)


RUN = "judge the plan: terragrunt plan -out tfplan.bin, then terragrunt show -json tfplan.bin | imdsguard scan -"


def test_for_people_one_line_tells_a_kind_and_subject_of_all_root_modules() -> None:
    assert unseen_text(ALL) == (
        "not looked at:\n"
        "  terraform.workspace decides 1 block, and none is given: b/main.tf:7"
        " (give --workspace NAME, or set TF_WORKSPACE)\n"
        "  5 blocks that would launch instances make none with the values at hand:"
        " a/hosts.tf:1, a/hosts.tf:5, a/hosts.tf:9 and 2 more (give --var or --var-file to see what others make)\n"
        "  nothing loads a/prod.tfvars, which sets tokens, hosts: a/prod.tfvars:1 (give it with --var-file)\n"
        "  module acme/vpc/aws is not downloaded (2 calls in 2 root modules): a/main.tf:3, b/main.tf:8"
        " (run terraform init)\n"
        f"  1 terragrunt.hcl gives what only Terragrunt computes: live/app/terragrunt.hcl ({RUN})\n"
        f"  tfr:///acme/app, which 2 Terragrunt units run, is not in the repository: live/a.hcl, live/b.hcl ({RUN})\n"
    )


def test_nothing_is_said_where_everything_was_looked_at() -> None:
    assert unseen_text(()) == ""


def test_for_programs_each_record_keeps_its_root_module() -> None:
    assert unseen_json([VPC, VPC_ELSEWHERE]) == [
        {
            "kind": "module",
            "root": root,
            "subject": "acme/vpc/aws",
            "message": "module acme/vpc/aws is not downloaded (1 call)",
            "remedy": "run terraform init",
            "remedy_kind": "terraform_init",
            "places": [{"file": f"{root}/main.tf", "line": line}],
        }
        for root, line in (("a", 3), ("b", 8))
    ]


def test_text_from_scanned_code_is_escaped() -> None:
    hostile = Unseen(K.MODULE, ".", "evil\x1b[2J\n::error::", (), WayOut.TERRAFORM_INIT)
    assert "\x1b" not in unseen_text([hostile])
    assert unseen_text([hostile]).count("\n") == 2
    assert inspect_json(small_estate(), (), (hostile,)).isascii()


def test_what_was_not_looked_at_is_exit_code_2_only_if_asked_for() -> None:
    assert Report(unseen=ALL).exit_code == 0
    assert Report(unseen=ALL, strict_unseen=True).exit_code == 2
    assert Report(strict_unseen=True).exit_code == 0


def test_every_kind_and_every_way_out_has_its_words_and_its_row() -> None:
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.partition("### unseen[]")[2].partition("\n## ")[0]
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", section.partition("| kind |")[2])) == {kind.value for kind in K}
    assert set(WAYS_OUT) == set(WayOut)
    assert all(f"`{way.value}`" in section for way in WayOut)
