"""A process killed at any moment of an export leaves no half file, and the next one makes the whole."""

import asyncio
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mailwarden.core.db import reader
from mailwarden.core.jobs import Job
from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.events.models import Event
from mailwarden.exports import jobs
from mailwarden.exports.models import ExportPart
from mailwarden.settings import Settings
from tests.conftest import MakeConnection
from tests.exports.steps import ask, begin, fill, state
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.time import TimeMachine


def as_json(settings: Settings, servers: EmbeddedServers, database: str) -> str:
    def plain(value: Any) -> Any:
        return value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)

    told = json.loads(json.dumps(settings.model_dump(), default=plain))
    told["database"] |= {
        "url": servers.dsn(Role.APP, database),
        "system_url": servers.dsn(Role.SYSTEM, database),
        "pool_size": 4,
    }
    told["redis"]["url"] = servers.redis_url
    return json.dumps(told)


async def run_and_die(raw: str, job_id: Any, step: str, count: int) -> None:
    command = [sys.executable, "-m", "tests.exports.dying", raw, str(job_id), step, str(count)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()
    assert process.returncode == -9, err.decode()[-2000:]


# After the claim; between two batches; with the whole file in hand; with every piece stored and nothing said of it.
@pytest.mark.parametrize(("step", "count"), [("_begin", 1), ("_tell", 3), ("_write", 1), ("_store", 1)])
async def test_the_next_attempt_makes_the_whole(
    runtime: Runtime,
    settings: Settings,
    servers: EmbeddedServers,
    database: str,
    owner: Browser,
    make_connection: MakeConnection,
    time_machine: TimeMachine,
    step: str,
    count: int,
) -> None:
    await fill(runtime, await make_connection(history_range="all"), 50)
    whole = (await ask(owner, "campaigns")).content
    asked = await begin(owner, "campaigns")
    async with reader(runtime.sessions, owner.org_id) as tx:
        job_id = (await tx.session.scalars(select(Job.id).where(Job.kind == jobs.MAKE))).one()
    raw = as_json(settings, servers, database)
    for _ in range(2):
        await run_and_die(raw, job_id, step, count)
        assert (await state(owner, asked))["status"] == "running"
        await time_machine.advance(timedelta(minutes=2))  # the lease ends
    await drain(runtime)
    made = await state(owner, asked)
    assert (made["status"], made["size"]) == ("ready", len(whole))
    assert (await owner.get(made["download_path"])).content == whole
    async with reader(runtime.sessions, owner.org_id) as tx:
        told = await tx.session.scalar(select(func.count()).select_from(Event).where(Event.type == "export.ready"))
        numbers = list(await tx.session.scalars(select(ExportPart.number).order_by(ExportPart.number)))
    assert told == 1
    assert numbers == list(range(len(numbers)))
