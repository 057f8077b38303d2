"""A few injections of every row that is quick enough, and that its broken variant is noticed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwarden.embedded import EmbeddedServers
from tests.reliability.row import Ground, Row
from tests.reliability.rows import ROWS
from tests.support.sandbox import Sandbox, running_sandbox

# Row S1 has listeners on more than one address of this machine.
HERE = ["127.0.0.1", "127.0.0.2", "127.0.0.9", "::1"]
pytestmark = [pytest.mark.timeout(180), pytest.mark.allow_hosts(HERE)]
QUICK = [row for row in ROWS if row.quick]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), options=["--no-quotas"]) as started:
        yield started


@pytest.fixture
def ground(servers: EmbeddedServers, sandbox: Sandbox, tmp_path: Path) -> Ground:
    return Ground(7, tmp_path, servers, sandbox)


@pytest.mark.parametrize("row", QUICK, ids=lambda row: row.id)
async def test_it_holds(ground: Ground, row: Row) -> None:
    found = await row.play(ground, row.quick)
    assert found.n > 0
    assert found.violations == []


@pytest.mark.parametrize("row", QUICK, ids=lambda row: row.id)
async def test_its_broken_variant_is_noticed(ground: Ground, row: Row) -> None:
    assert row.noticed(await row.control(ground, row.quick))


def test_rows_are_named_once() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
