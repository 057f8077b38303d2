"""A fast selection of the fault matrix; `python -m tests.faults` plays all of it, with hundreds of connections."""

from collections.abc import Sequence
from typing import TypeVar

import pytest

from tests.faults.judge import Finding
from tests.faults.play import play_definite, play_soft, settle, stage
from tests.faults.report import table
from tests.faults.rows import DEFINITE, SOFT, Definite, Soft
from tests.support.world import APPS, PROVIDERS, Linked, World

pytestmark = pytest.mark.timeout(600)
Row = TypeVar("Row", Definite, Soft)


async def staged(world: World, rows: Sequence[Row], providers: Sequence[str] = PROVIDERS) -> list[tuple[Linked, Row]]:
    pairs: list[tuple[Linked, Row]] = []
    for provider in providers:
        wanted = [row for row in rows if provider in row.providers]
        links = await stage(world, provider, wanted, sync_frequency="realtime")
        pairs += zip(links, wanted, strict=True)
    await settle(world)
    return pairs


def check(findings: list[Finding]) -> None:
    wrong = [one for one in findings if not one.ok]
    assert not wrong, "\n" + table(findings) + "\n" + "\n".join(f"{one.fault}: {one}" for one in wrong)


async def test_definite_faults_have_status_and_cause_within_their_time(world: World) -> None:
    pairs = await staged(world, [row for row in DEFINITE if row.quick])
    check(await play_definite(world, pairs, at_once=4))


@pytest.mark.parametrize("provider", APPS)
async def test_trouble_of_the_provider_never_makes_a_connection_inactive(world: World, provider: str) -> None:
    rows = [row for row in SOFT if row.quick and provider in row.providers]
    check(await play_soft(world, await staged(world, rows, [provider]), at_once=4))
