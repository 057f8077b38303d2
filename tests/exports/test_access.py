"""Who may read a page may export it: no more, no less, and also while nobody pays."""

from datetime import timedelta

import pytest

from mailwarden.core.runtime import Runtime
from tests import factories
from tests.billing.conftest import desk, paid, payer, sandbox  # noqa: F401 - fixtures
from tests.billing.steps import Desk
from tests.conftest import MakeConnection, NewClient
from tests.developers.steps import as_program, make_key
from tests.exports.steps import PATH, ask, begin, fill, read, state
from tests.organizations.steps import audit_rows, join, sign_in_again
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain


async def test_a_member_exports_what_everybody_reads(
    runtime: Runtime, owner: Browser, new_client: NewClient, make_connection: MakeConnection
):
    await fill(runtime, await make_connection(), 4)
    member = await join(runtime, owner, new_client)
    for report in ("dashboard", "campaigns", "sync_history", "alerts"):
        assert read(await ask(member, report)) == read(await ask(owner, report))
    asked = await begin(owner, "campaigns")
    await drain(runtime)
    assert (await member.get(f"{PATH}/{asked['id']}/file")).status_code == 200
    refused = await member.delete(f"{PATH}/{asked['id']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    mine = await begin(member, "alerts")
    assert (await member.delete(f"{PATH}/{mine['id']}")).status_code == 204


async def test_a_stranger_sees_nothing(runtime: Runtime, owner: Browser, new_client: NewClient):
    asked = await begin(owner, "campaigns")
    await drain(runtime)
    other = await sign_up(new_client(), "other@example.com", "Other")
    assert (await other.get(PATH)).json()["data"] == []
    for path in (f"{PATH}/{asked['id']}", f"{PATH}/{asked['id']}/file"):
        assert (await other.get(path)).status_code == 404
        assert (await new_client().get(path)).status_code == 401
    assert (await other.delete(f"{PATH}/{asked['id']}")).status_code == 404
    assert (await new_client().post(PATH, json={"report": "alerts", "format": "csv"})).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "report", "status"),
    [
        (["data:read", "alerts:read"], "alerts", 200),
        (["data:read"], "campaigns", 200),
        (["data:read"], "alerts", 403),
        (["alerts:read"], "campaigns", 403),
    ],
)
async def test_a_key_exports_what_its_scopes_read(
    owner: Browser, new_client: NewClient, scopes: list[str], report: str, status: int
):
    program = as_program(new_client(), (await make_key(owner, scopes))["secret"])
    answer = await program.post(PATH, json={"report": report, "format": "csv"})
    assert answer.status_code == status, answer.text


async def test_a_key_cannot_download_what_it_could_not_ask_for(runtime: Runtime, owner: Browser, new_client: NewClient):
    asked = await begin(owner, "alerts")
    await drain(runtime)
    program = as_program(new_client(), (await make_key(owner, ["data:read"]))["secret"])
    answer = await program.get((await state(owner, asked))["download_path"])
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_required")


async def test_every_export_is_on_the_record(runtime: Runtime, owner: Browser):
    await ask(owner, "campaigns", filters={"q": "sale"})
    asked = await begin(owner, "alerts", format="pdf")
    await owner.delete(f"{PATH}/{asked['id']}")
    told = [row for row in await audit_rows(runtime, owner) if row.action.startswith("export.")]
    assert [(row.action, row.target_label) for row in told] == [
        ("export.created", "campaigns"),
        ("export.created", "alerts"),
        ("export.removed", "alerts"),
    ]
    assert told[0].after is not None
    assert told[0].after["filters"]["q"] == "sale"


async def test_an_idempotency_key_begins_one_only(owner: Browser):
    body = {"report": "campaigns", "format": "csv", "background": True}
    first, again = [await owner.post(PATH, body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    for _ in range(2):  # a file is not kept for a key: it is made again
        answer = await owner.post(PATH, {"report": "campaigns", "format": "csv"}, headers={"Idempotency-Key": "k2"})
        assert answer.status_code == 200


async def test_exports_go_on_while_the_connection_is_inactive(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
):
    await fill(runtime, await make_connection(status="inactive", cause="access_revoked"), 4)
    assert len(read(await ask(owner, "campaigns"))) == 4


async def test_exports_go_on_while_nobody_pays(desk: Desk):  # noqa: F811 - the fixture
    await fill(desk.rt, await factories.make_connection(desk.rt, desk.owner.org_id, history_range="all"), 4)
    await desk.look()
    await desk.pass_time(14 * timedelta(days=1))
    await sign_in_again(desk.owner)
    assert await desk.state() == ("inactive", "trial_over")
    assert len(read(await ask(desk.owner, "campaigns"))) == 4
    asked = await begin(desk.owner, "campaigns")
    await drain(desk.rt)
    assert len(read(await desk.owner.get(f"{PATH}/{asked['id']}/file"))) == 4
