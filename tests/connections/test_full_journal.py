"""A journal that takes nothing is an alarm, and not one for each of ten thousand connections (C14)."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from mailwarden.connections import refresh as refreshing
from mailwarden.connections.refresh import Result
from mailwarden.core.logging import Sparing
from mailwarden.core.runtime import Runtime
from tests.conftest import MakeConnection
from tests.connections.fakes import TOKEN, granted
from tests.connections.token_steps import DUE, refresh
from tests.support.replies import Replies
from tests.support.time import TimeMachine

log = logging.getLogger("mailwarden.test")


class Hand:
    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    """Of the clock that the alarm goes by, which rings for the first time in this process."""
    hand = Hand()
    monkeypatch.setattr(refreshing, "alarm", Sparing(refreshing.log, clock=hand))
    return hand


@pytest.fixture
def full(runtime: Runtime, tmp_path: Path) -> Runtime:
    """A file lies where the folder should be: as little can be written there as on a full disk."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "token-journal").write_bytes(b"")
    return replace(runtime, config=replace(runtime.config, data_dir=tmp_path / "full"))


def alarms(caplog: pytest.LogCaptureFixture) -> list[int]:
    """How many lines each of them says were left out."""
    return [int(vars(one)["left_out"]) for one in caplog.records if one.levelno == logging.CRITICAL]


async def test_a_strictly_rotating_provider_is_not_refreshed_and_said_so_once_a_minute(
    full: Runtime, hand: Hand, make_connection: MakeConnection, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [await make_connection(provider="keap") for _ in range(3)]
    for second in range(0, 150, 10):
        hand.at = float(second)
        for row in rows:
            assert (await refresh(full, row)).result is Result.NOT_CLAIMED
    assert alarms(caplog) == [0, 17, 17]
    assert all(one.exc_info for one in caplog.records if one.levelno == logging.CRITICAL)


async def test_the_others_are_refreshed_into_the_database_alone(
    full: Runtime,
    hand: Hand,
    make_connection: MakeConnection,
    replies: Replies,
    time_machine: TimeMachine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    replies[TOKEN] = granted()
    rows = [await make_connection() for _ in range(3)]
    await time_machine.advance(DUE)
    assert [(await refresh(full, row)).result for row in rows] == [Result.REFRESHED] * 3
    assert alarms(caplog) == [0]


def test_different_lines_do_not_silence_each_other(hand: Hand, caplog: pytest.LogCaptureFixture) -> None:
    alarm = Sparing(log, clock=hand)
    for message in ("one", "another", "one"):
        alarm.critical(message)
    assert [one.getMessage() for one in caplog.records] == ["one", "another"]
