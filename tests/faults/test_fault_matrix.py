"""A fast selection of the fault matrix; `python -m tests.faults` plays all of it, with hundreds of connections."""

import pytest

from tests.faults.judge import Finding
from tests.faults.play import play_definite, play_soft, settle, stage
from tests.faults.report import table
from tests.faults.rows import DEFINITE, SOFT
from tests.support.world import PROVIDERS, World

pytestmark = pytest.mark.timeout(300)


def check(findings: list[Finding]) -> None:
    wrong = [one for one in findings if not one.ok]
    assert not wrong, "\n" + table(findings) + "\n" + "\n".join(f"{one.fault}: {one}" for one in wrong)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_definite_fault_has_its_status_and_cause_within_its_time(world: World, provider: str) -> None:
    rows = [row for row in DEFINITE if row.provider == provider]
    links = await stage(world, provider, rows, sync_frequency="realtime")
    await settle(world)
    check(await play_definite(world, list(zip(links, rows, strict=True)), at_once=4))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_trouble_of_the_provider_never_makes_a_connection_inactive(world: World, provider: str) -> None:
    rows = [row for row in SOFT if row.quick and provider in row.providers]
    links = await stage(world, provider, rows, sync_frequency="realtime")
    await settle(world)
    check(await play_soft(world, list(zip(links, rows, strict=True)), at_once=4))
