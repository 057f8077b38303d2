"""Large files: made once, whole, of one state of the data; there for a day, and gone at once when nobody wants them."""

import hashlib
import io
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.ids import parse_id
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.exports import jobs, making, report, rules
from mailwarden.exports.jobs import snapshot
from mailwarden.exports.models import Export, ExportPart
from mailwarden.exports.queries import progress
from mailwarden.exports.registry import REPORTS
from tests.conftest import MakeConnection
from tests.exports.steps import PATH, ask, begin, fill, read, state
from tests.organizations.steps import sign_in_again
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.time import TimeMachine

ROWS = 40


@pytest.fixture
async def connection(runtime: Runtime, make_connection: MakeConnection) -> Connection:
    made = await make_connection(history_range="all")
    await fill(runtime, made, ROWS)
    return made


@pytest.fixture
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "BATCH", 7)
    monkeypatch.setattr(jobs, "PIECE", 1000)
    monkeypatch.setattr(jobs, "TELL_EVERY_S", 0.0)


async def parts(rt: Runtime, browser: Browser) -> int:
    async with reader(rt.sessions, browser.org_id) as tx:
        return await tx.session.scalar(select(func.count()).select_from(ExportPart)) or 0


@pytest.mark.usefixtures("in_small_steps")
async def test_the_file_is_the_one_that_a_small_export_is(runtime: Runtime, owner: Browser, connection: Connection):
    at_once = await ask(owner, "campaigns", filters={"sort": "name"})
    asked = await begin(owner, "campaigns", filters={"sort": "name"})
    assert (asked["status"], asked["progress"], asked["download_path"]) == ("queued", None, None)
    assert (await owner.get(f"{PATH}/{asked['id']}/file")).json()["code"] == "export_not_ready"
    await drain(runtime)
    made = await state(owner, asked)
    assert (made["status"], made["rows_done"], made["rows_estimated"], made["progress"]) == ("ready", ROWS, ROWS, 1.0)
    answer = await owner.get(made["download_path"])
    assert answer.content == at_once.content
    assert len(read(answer)) == ROWS
    assert made["size"] == len(answer.content)
    assert made["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert f'filename="{made["file_name"]}"' in answer.headers["content-disposition"]
    assert await parts(runtime, owner) > 3


async def test_what_is_large_goes_to_the_background_by_itself(
    runtime: Runtime, owner: Browser, connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(rules.AT_ONCE, "csv", ROWS)
    assert (await ask(owner, "campaigns")).status_code == 200
    monkeypatch.setitem(rules.AT_ONCE, "csv", ROWS - 1)
    assert (await ask(owner, "campaigns")).status_code == 202
    assert (await ask(owner, "campaigns", filters={"archived": True})).status_code == 200


@pytest.mark.parametrize("background", [False, True])
async def test_the_same_on_paper(runtime: Runtime, owner: Browser, connection: Connection, background: bool):
    answer = await ask(owner, "campaigns", "pdf", background=background)
    if background:
        await drain(runtime)
        answer = await owner.get((await state(owner, answer.json()))["download_path"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    made = PdfReader(io.BytesIO(answer.content), strict=True)
    assert "Page 1 of" in made.pages[0].extract_text()


@pytest.mark.parametrize("report_name", ["dashboard", "sync_history", "alerts"])
async def test_every_report_gets_onto_paper(runtime: Runtime, owner: Browser, connection: Connection, report_name: str):
    answer = await ask(owner, report_name, "pdf")
    assert answer.status_code == 200, answer.text
    assert PdfReader(io.BytesIO(answer.content), strict=True).pages


async def test_it_is_told_once_and_listed(runtime: Runtime, owner: Browser, connection: Connection):
    first = await begin(owner, "campaigns")
    await drain(runtime)
    second = await begin(owner, "alerts")
    await drain(runtime)
    listed = (await owner.get(PATH)).json()["data"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    async with reader(runtime.sessions, owner.org_id) as tx:
        told = list(
            await tx.session.scalars(select(Event).where(Event.type == "export.ready").order_by(Event.position))
        )
    assert [(one.subject_id, one.data["report"]) for one in told] == [
        (parse_id("exp", first["id"]), "campaigns"),
        (parse_id("exp", second["id"]), "alerts"),
    ]
    assert told[0].data["rows"] == ROWS
    page = (await owner.get(PATH, params={"limit": 1})).json()
    rest = (await owner.get(PATH, params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [page["data"][0]["id"], rest["data"][0]["id"], rest["next_cursor"]] == [second["id"], first["id"], None]


async def test_the_link_lives_for_a_day_and_the_file_goes_with_it(
    runtime: Runtime, owner: Browser, connection: Connection, time_machine: TimeMachine
):
    asked = await begin(owner, "campaigns")
    await drain(runtime)
    path = (await state(owner, asked))["download_path"]
    await time_machine.advance(timedelta(hours=23, minutes=59))
    await sign_in_again(owner)
    await drain(runtime)
    assert (await owner.get(path)).status_code == 200
    await time_machine.advance(timedelta(minutes=2))
    gone = await owner.get(path)  # by the clock, whether or not anybody has taken the file away yet
    assert (gone.status_code, gone.json()["code"]) == (410, "export_gone")
    await drain(runtime)
    assert await parts(runtime, owner) == 0
    assert (await state(owner, asked))["status"] == "expired"
    assert (await owner.get(path)).status_code == 410


async def test_one_that_waits_is_cancelled(runtime: Runtime, owner: Browser, connection: Connection):
    asked = await begin(owner, "campaigns")
    assert (await owner.delete(f"{PATH}/{asked['id']}")).status_code == 204
    await drain(runtime)
    assert (await state(owner, asked))["status"] == "cancelled"
    assert (await owner.get(f"{PATH}/{asked['id']}/file")).status_code == 410
    assert (await owner.delete(f"{PATH}/{asked['id']}")).status_code == 204


@pytest.mark.usefixtures("in_small_steps")
@pytest.mark.parametrize("moment", ["reading", "storing"])
async def test_one_that_runs_is_cancelled(
    runtime: Runtime, owner: Browser, connection: Connection, monkeypatch: pytest.MonkeyPatch, moment: str
):
    asked = await begin(owner, "campaigns")
    name = {"reading": "_tell", "storing": "_store"}[moment]
    real = getattr(jobs, name)

    async def at_that_moment(*args: Any, **kwargs: Any) -> Any:
        answer = await real(*args, **kwargs)
        assert (await owner.delete(f"{PATH}/{asked['id']}")).status_code == 204
        return answer

    monkeypatch.setattr(jobs, name, at_that_moment)
    await drain(runtime)
    assert (await state(owner, asked))["status"] == "cancelled"
    assert await parts(runtime, owner) == 0


async def test_a_ready_file_is_removed_before_its_time(runtime: Runtime, owner: Browser, connection: Connection):
    asked = await begin(owner, "campaigns")
    await drain(runtime)
    assert (await owner.delete(f"{PATH}/{asked['id']}")).status_code == 204
    assert await parts(runtime, owner) == 0
    assert (await owner.get(f"{PATH}/{asked['id']}/file")).status_code == 410


async def test_the_same_again_is_the_same_and_more_than_three_wait(owner: Browser, connection: Connection):
    first = await begin(owner, "campaigns")
    assert (await begin(owner, "campaigns"))["id"] == first["id"]
    for filters in ({"q": "a"}, {"q": "b"}):
        await begin(owner, "campaigns", filters=filters)
    refused = await ask(owner, "alerts", background=True)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_exports")
    assert (await ask(owner, "campaigns")).status_code == 200
    await owner.delete(f"{PATH}/{first['id']}")
    await begin(owner, "alerts")


async def test_what_fails_again_and_again_is_given_up_and_said(
    runtime: Runtime, owner: Browser, connection: Connection, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachine
):
    async def broken(*_: Any) -> Any:
        raise OSError("no space left on device")

    monkeypatch.setattr(making, "maker_of", broken)
    monkeypatch.setattr(jobs, "maker_of", broken)
    asked = await begin(owner, "campaigns")
    for _ in range(jobs.MAX_ATTEMPTS):
        await drain(runtime)
        await time_machine.advance(timedelta(minutes=1))
    made = await state(owner, asked)
    assert (made["status"], made["error"]) == ("failed", "OSError")
    assert (await owner.get(f"{PATH}/{asked['id']}/file")).status_code == 410


async def test_one_whose_workers_all_died_does_not_stand_for_ever(
    runtime: Runtime, owner: Browser, connection: Connection, time_machine: TimeMachine
):
    asked = await begin(owner, "campaigns")
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        job = (await tx.session.scalars(select(Job).where(Job.kind == jobs.MAKE))).one()
        job.state = "dead"
    await time_machine.advance(rules.LONGEST + timedelta(minutes=1))
    await drain(runtime)
    made = await state(owner, asked)
    assert (made["status"], made["error"]) == ("failed", "took_too_long")


async def test_all_rows_are_of_one_moment(runtime: Runtime, owner: Browser, connection: Connection):
    async with snapshot(runtime, owner.org_id) as tx:
        reading = report.Reading(runtime, tx, owner.org_id, runtime.clock.now(), ZoneInfo("UTC"))
        campaigns = REPORTS["campaigns"]
        assert await campaigns.count(reading, campaigns.filters()) == ROWS
        await fill(runtime, connection, 5, seed=9)
        found = [len(rows) async for rows in campaigns.batches(reading, campaigns.filters())]
    assert sum(found) == ROWS
    assert len(read(await ask(owner, "campaigns"))) == ROWS + 5


async def test_progress_of_what_does_not_run_is_not_written(runtime: Runtime, owner: Browser, connection: Connection):
    asked = await begin(owner, "campaigns")
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        export_id = (await tx.session.scalars(select(Export.id))).one()
        assert not await progress(tx, owner.org_id, export_id, rows_done=5)
    assert (await state(owner, asked))["rows_done"] == 0
