"""`mailwarden worker --processes`: one command, several workers, of which one dies."""

import random
from collections.abc import Iterator

import pytest

from tests.support.stack import System, running_system, wait_for

TEAM = ("mailwarden", "worker", "--processes", "2")
BEATING = "SELECT split_part(worker, ':', 2)::int AS pid FROM worker_heartbeats"


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with running_system("team", worker=TEAM) as running:
        yield running


def beating(system: System) -> set[int]:
    return {row["pid"] for row in system.rows(BEATING)}


def test_each_works_and_one_that_dies_is_replaced(system: System) -> None:
    wait_for(lambda: len(beating(system)) == 2, "two workers", 60)
    before = set(system.hands())
    assert beating(system) == before
    system.kill_a_hand(random.Random(1))
    wait_for(lambda: len(set(system.hands()) - before) == 1, "another one", 5)
    wait_for(lambda: beating(system) > before & set(system.hands()), "its work", 60)
    assert len(before & set(system.hands())) == 1


def test_the_team_works(system: System) -> None:
    person = system.person()
    account = system.sandbox.make_account("hubspot", campaigns=3)
    system.connect(person, "hubspot", account)
    wait_for(lambda: system.one("SELECT count(*) = count(last_sync_at) FROM connections"), "the first sync", 60)
