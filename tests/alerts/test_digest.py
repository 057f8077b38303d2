"""One message a day at the organization's hour: also where clocks are changed, and none if there is nothing."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from mailwarden.accounts.models import Organization
from mailwarden.alerts.digest_times import last_slot, next_slot, slot
from mailwarden.alerts.rule_models import AlertDigest, AlertSettings
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from tests.alerts.channels.steps import raise_rule_alert
from tests.alerts.support import alerts, mails
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.time import TimeMachine

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]
START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 400 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@given(moments, st.sampled_from(ZONES), st.integers(0, 23))
def test_the_next_hour_is_the_first_one_after(now: datetime, zone_name: str, hour: int) -> None:
    zone = ZoneInfo(zone_name)
    day, last = last_slot(now, zone, hour)
    following = next_slot(now, zone, hour)
    assert last <= now < following
    assert timedelta(hours=22) < following - last < timedelta(hours=26)
    local = following.astimezone(zone)
    assert local.hour in (hour, hour + 1)  # one later where the hour is left out that day
    assert last_slot(following, zone, hour) == (day + timedelta(days=1), following)


@given(st.sampled_from(ZONES), st.integers(0, 23), st.lists(moments, max_size=60))
def test_every_day_has_one_slot_and_every_alert_one_digest(zone_name: str, hour: int, raised: list[datetime]) -> None:
    """A model of the job: woken when it is due, late or twice, it sends once a day."""
    zone = ZoneInfo(zone_name)
    told: dict[date, list[datetime]] = {}
    for at in sorted(raised):
        due = next_slot(at, zone, hour)
        for late in (timedelta(0), timedelta(hours=3)):  # and again after a crash
            day, _ = last_slot(due + late, zone, hour)
            told.setdefault(day, [])
            if late == timedelta(0):
                told[day].append(at)
    assert sum(map(len, told.values())) == len(raised)
    for day, theirs in told.items():
        assert all(at < slot(day, zone, hour) <= at + timedelta(hours=25, minutes=59) for at in theirs)


def test_an_hour_that_comes_twice_or_never_is_one_slot() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring, autumn = datetime(2026, 3, 29, tzinfo=UTC).date(), datetime(2026, 10, 25, tzinfo=UTC).date()
    assert slot(spring, berlin, 2) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert slot(autumn, berlin, 2) == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert next_slot(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), berlin, 2) == datetime(2026, 10, 26, 1, tzinfo=UTC)


async def daily(rt: Runtime, owner: Browser, zone: str = "Europe/Berlin", hour: int = 9) -> None:
    async with unit_of_work(rt.sessions, owner.org_id) as tx:
        await tx.act_as(owner.user_id)
        await tx.session.execute(update(Organization).values(time_zone=zone))
        tx.session.add(AlertSettings(id=new_id(), org_id=owner.org_id, frequency="daily", digest_hour=hour))


async def digests(rt: Runtime, owner: Browser) -> list[AlertDigest]:
    async with unit_of_work(rt.sessions, owner.org_id) as tx:
        return list(await tx.session.scalars(select(AlertDigest).order_by(AlertDigest.day)))


async def to_next(rt: Runtime, time_machine: TimeMachine, hour: int = 9, more_s: float = 1) -> None:
    due = next_slot(rt.clock.now(), ZoneInfo("Europe/Berlin"), hour)
    await time_machine.advance((due - rt.clock.now()).total_seconds() + more_s)
    await drain(rt)


async def test_all_alerts_of_a_day_come_in_one_message_and_an_empty_day_has_none(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine, tmp_path: Path
) -> None:
    await daily(runtime, owner)
    for number in range(3):
        await raise_rule_alert(runtime, owner, f"Alert {number}")
    await drain(runtime)
    assert mails(tmp_path / "mail") == []
    assert (await owner.get("/v1/alert-settings")).json()["next_digest_at"] is not None
    await to_next(runtime, time_machine)
    (mail,) = mails(tmp_path / "mail")
    assert mail["Subject"] == "3 alerts today: Acme"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert [f"Alert {number}" in text for number in range(3)] == [True] * 3
    for _ in range(3):
        await to_next(runtime, time_machine)
    assert len(mails(tmp_path / "mail")) == 1
    assert len(await digests(runtime, owner)) == 1


async def test_a_long_digest_counts_what_it_does_not_tell(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine, tmp_path: Path
) -> None:
    await daily(runtime, owner)
    for number in range(60):
        await raise_rule_alert(runtime, owner, f"Alert {number}")
    await to_next(runtime, time_machine)
    (mail,) = mails(tmp_path / "mail")
    assert mail["Subject"] == "60 alerts today: Acme"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert (text.count("Three in a row."), "And 10 more" in text) == (50, True)


async def test_a_day_has_one_message_whatever_restarts(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine, tmp_path: Path
) -> None:
    await daily(runtime, owner)
    await raise_rule_alert(runtime, owner, "First")
    await to_next(runtime, time_machine)
    await raise_rule_alert(runtime, owner, "Second")
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:  # as if the job had been lost and found
        again = update(Job).where(Job.kind == "alert_digest")
        await tx.session.execute(again.values(state="ready", due_at=runtime.clock.now()))
    await drain(runtime)
    assert len(mails(tmp_path / "mail")) == 1
    await to_next(runtime, time_machine)
    assert [mail["Subject"] for mail in mails(tmp_path / "mail")] == ["1 alert today: Acme"] * 2
    assert [alert.waits for alert in await alerts(runtime, owner.org_id)] == [False, False]


async def test_the_day_clocks_are_changed_has_one_message_too(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine, tmp_path: Path
) -> None:
    """Hourly alerts over the night in which three o'clock follows one."""
    now = runtime.clock.now()
    spring = datetime(now.year + 1, 3, 26, 12, tzinfo=UTC)
    await daily(runtime, owner, hour=2)
    await time_machine.advance((spring - now).total_seconds())
    for number in range(96):
        await raise_rule_alert(runtime, owner, f"Alert {number}")
        await time_machine.advance(3600)
        await drain(runtime)
    days = [digest.day for digest in await digests(runtime, owner)]
    assert days == sorted(set(days))
    assert len(days) == len(mails(tmp_path / "mail")) == 4


@pytest.mark.parametrize(("hour", "same_day"), [(23, True), (9, False)])
async def test_another_hour_counts_at_once_and_gives_no_second_message(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine, hour: int, same_day: bool
) -> None:
    await daily(runtime, owner)
    await raise_rule_alert(runtime, owner, "First")
    await to_next(runtime, time_machine)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(update(AlertSettings).values(digest_hour=hour))
    await raise_rule_alert(runtime, owner, "Second")
    await to_next(runtime, time_machine, hour)
    assert len(await digests(runtime, owner)) == (1 if same_day else 2)
    await to_next(runtime, time_machine, hour)
    assert len(await digests(runtime, owner)) == 2
