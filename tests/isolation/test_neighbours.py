"""Each wall alone keeps organizations apart: every operation, every kind of caller, the other's ids in every slot."""

from contextlib import ExitStack
from typing import Any

import pytest

from tests.isolation.checks import ENDS, LEADS_AWAY, STREAMS, Trial, as_neighbours
from tests.isolation.street import Street
from tests.isolation.walls import without_filters

pytestmark = pytest.mark.timeout(600)
REWRITTEN = 100  # statements at least, of those that one run sends


@pytest.fixture
def engine_of_app(engines: tuple[Any, Any]) -> Any:
    return engines[0]


async def played(street: Street, trial: Trial) -> Trial:
    await as_neighbours(trial, await street.parties(trial))
    return trial


@pytest.mark.parametrize("wall", ["both walls", "filters alone", "row-level security alone"])
async def test_neighbours_neither_see_nor_change_each_other(street: Street, engine_of_app: Any, wall: str) -> None:
    trial = street.trial(second_wall=wall != "filters alone", may_break=wall == "row-level security alone")
    with ExitStack() as stack:
        if wall == "row-level security alone":
            struck = stack.enter_context(without_filters(engine_of_app))
        await played(street, trial)
    assert trial.tally.violations == []
    if wall == "row-level security alone":
        assert sum(struck.values()) > REWRITTEN
    left = {one.name for one in trial.operations if one.permission} - trial.tried
    assert left <= ENDS | STREAMS | LEADS_AWAY


async def test_without_any_wall_it_is_noticed(street: Street) -> None:
    trial = street.trial(second_wall=False)
    with without_filters(street.past_walls):
        await played(street, trial)
    told = [what for what in trial.tally.violations if "tells [" in what and "tells []" not in what]
    assert len(told) > 20
    assert "rows of theirs have changed" in trial.tally.violations
