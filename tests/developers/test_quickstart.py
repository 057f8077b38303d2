"""The quick-starts do what they say against a running server; whoever copies them gets something that works."""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from tests.developers.steps import make_key
from tests.factories import make_connection
from tests.support.golden import ROOT
from tests.support.live import Live, live_api

FOLDER = ROOT / "docs" / "quickstart"
BLOCK = re.compile(r"^```sh\n(api.*?)^```", re.MULTILINE | re.DOTALL)
SCOPES = ["status:read", "data:read", "organization:write"]
PROGRAMS = {
    "quickstart.py": [sys.executable],
    "quickstart.ts": [shutil.which("node") or "node", "--disable-warning=ExperimentalWarning"],
    "quickstart.sh": ["sh"],
}


@pytest_asyncio.fixture(loop_scope="session")
async def live(runtime: Runtime) -> AsyncIterator[Live]:
    async with live_api(runtime) as found:
        yield found


async def run(name: str, live: Live, key: str) -> tuple[int, str, str]:
    return await execute([*PROGRAMS[name], str(FOLDER / name)], live, key)


async def execute(command: list[str], live: Live, key: str) -> tuple[int, str, str]:
    environment = {"PATH": os.environ["PATH"], "MAILWARDEN_URL": live.url, "MAILWARDEN_API_KEY": key}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize("name", ["quickstart.py", "quickstart.ts"])
async def test_it_runs(live: Live, name: str) -> None:
    code, out, err = await run(name, live, (await make_key(live.owner, SCOPES))["secret"])
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "organization: Acme",
        "may: data:read, organization:write, status:read",
        "campaigns: 0",
        out.splitlines()[3],
        "time zone: Europe/Vienna repeated: true",
    ]
    assert re.fullmatch(r"events: \d+ next: [Tt]rue", out.splitlines()[3])


async def test_curl_runs(live: Live) -> None:
    code, out, err = await run("quickstart.sh", live, (await make_key(live.owner, SCOPES))["secret"])
    assert (code, err) == (0, "")
    answers = [json.loads(line) for line in out.splitlines()]
    assert (len(answers), answers[0]["organization"]["name"]) == (5, "Acme")
    assert answers[4]["time_zone"] == "Europe/Vienna"


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_wrong_key_is_told_with_a_reference(live: Live, name: str) -> None:
    code, out, err = await run(name, live, "mw_live_wrong")
    assert code != 0
    assert "invalid_token" in out + err
    assert "req_" in out + err


async def test_the_guide_sends_a_mail(live: Live, runtime: Runtime) -> None:
    fields = {"provider": "google", "account_label": "pat@example.com", "connected_by": live.owner.user_id}
    row = await make_connection(runtime, live.owner.org_id, **fields)
    slot = MailboxSlot(id=new_id(), org_id=live.owner.org_id, number=1, connection_id=row.id, settings={})
    async with unit_of_work(runtime.sessions, live.owner.org_id) as tx:
        tx.session.add(slot)
    key = (await make_key(live.owner, ["messages:send"]))["secret"]
    helper, draft, send = filter(None, BLOCK.findall((FOLDER / "README.md").read_text(encoding="utf-8"))[0].split("\n"))
    made = await execute(["sh", "-c", f"{helper}\n{draft.replace('mbx_…', format_id('mbx', slot.id))}"], live, key)
    assert made[::2] == (0, "")
    message_id = json.loads(made[1])["id"]
    for _ in range(2):
        sent = await execute(["sh", "-c", f"{helper}\n{send.replace('msg_…', message_id)}"], live, key)
        assert (sent[0], sent[2], json.loads(sent[1])["state"]) == (0, "", "queued")
    assert len((await live.owner.get("/v1/messages")).json()["data"]) == 1


def test_the_guide_names_them_all() -> None:
    guide = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(name in guide for name in PROGRAMS)
