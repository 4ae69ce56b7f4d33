"""The same verdicts from source and from real Terraform's plan, on random configurations.

`IMDSGUARD_GENERATED=2000` asks for more of them than CI has time for, `IMDSGUARD_SEED=2` for others. The counts that a
run ends with are printed (`pytest -s`).
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.oracle.comparing import (
    differences,
    differences_of_places,
    estate_of_plan,
    estate_of_plan_at_source,
    estate_of_source,
)
from tests.oracle.conftest import Planner, RefusedError
from tests.oracle.generating import configurations

SHARDS = 2
NUMBER = int(os.environ.get("IMDSGUARD_GENERATED", "200"))
SEED = int(os.environ.get("IMDSGUARD_SEED", "1"))


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    "shard", [pytest.param(n, marks=pytest.mark.xdist_group(f"oracle-{n}")) for n in range(SHARDS)]
)
def test_source_and_plan_agree(oracle: Planner, tmp_path: Path, shard: int) -> None:
    tally: Counter[str] = Counter()

    @seed(SEED * 1000 + shard)
    @settings(
        max_examples=NUMBER // SHARDS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(configurations())
    def agree(files: dict[str, str]) -> None:
        folder = tmp_path / "code"
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        written = "\n".join(f"# {name}\n{text}" for name, text in files.items())
        try:
            plan = oracle.plan(folder)
        except RefusedError as refused:
            tally["refused by Terraform"] += 1
            # A generator that writes nonsense would make this test worthless.
            assert tally["refused by Terraform"] < 5 + tally.total() // 10, f"{refused}\n{written}"
            return
        source, planned = estate_of_source(folder), estate_of_plan(plan)
        tally["compared"] += 1
        tally["launches"] += len(planned.launches)
        tally.update(launch.state.value for launch in planned.launches)
        joined = estate_of_plan_at_source(folder, plan)
        found = differences(source, planned) + differences(source, joined) + differences_of_places(source, joined)
        assert not found, "\n".join([*map(str, found), written])

    agree()
    print(f"shard {shard}: {dict(tally)}")
    assert tally["compared"] >= NUMBER // SHARDS * 0.8
