"""A provider's clock that is off is an alarm for the operator (FAULTS: clock_skew), and nothing else."""

import logging
from email.utils import formatdate

import httpx
import pytest

from mailwarden.connections.transitions import PROBE
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.metrics import CLOCK_SKEW
from mailwarden.core.runtime import Runtime
from mailwarden.core.skew import SkewWatch, skew_of
from tests.conftest import MakeConnection
from tests.connections.fakes import DETAILS, healthy
from tests.connections.steps import now
from tests.support.jobs import drain
from tests.support.replies import Replies

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
AT = 784111777.0
ALARM = "clock of a provider and ours differ"


def alarms(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if ALARM in record.message]


@pytest.mark.parametrize(("date", "skew"), [(DATE, 10.0), ("yesterday", None), ("", None)])
def test_a_date_is_compared_or_left_alone(date: str, skew: float | None) -> None:
    assert skew_of(date, AT - 10) == skew


def test_one_strange_answer_among_several_is_no_alarm(caplog: pytest.LogCaptureFixture) -> None:
    watch = SkewWatch()
    for ahead in (0, 900, 1, 0, 900, 1, 0):
        watch.note("one", DATE, AT - ahead)
    assert alarms(caplog) == []


def test_the_alarm_is_raised_once_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    watch = SkewWatch()
    for _ in range(20):
        watch.note("one", DATE, AT + 31)
    assert len(alarms(caplog)) == 1
    assert CLOCK_SKEW.labels("one")._value.get() == -31
    for _ in range(20):
        watch.note("one", DATE, AT)
    assert "agrees with ours again" in caplog.text


def dated(replies: Replies, name: str, runtime: Runtime, ahead_s: float) -> None:
    known: httpx.Response = replies[name]
    date = {"Date": formatdate(runtime.clock.timestamp() + ahead_s, usegmt=True)}
    replies[name] = httpx.Response(known.status_code, headers={**known.headers, **date}, content=known.content)


async def test_every_call_is_watched_and_the_connection_stays_as_it_is(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, caplog: pytest.LogCaptureFixture
) -> None:
    healthy(replies)
    dated(replies, DETAILS, runtime, -600)
    rows = [await make_connection() for _ in range(6)]
    for row in rows:
        async with unit_of_work(runtime.sessions, row.org_id) as tx:
            await enqueue(tx, PROBE, row.id)
    await drain(runtime)
    assert len(alarms(caplog)) == 1
    for row in rows:
        seen = await now(runtime, row)
        assert (seen.status, seen.degraded_reason, seen.failures_in_row) == ("connected", None, 0)
