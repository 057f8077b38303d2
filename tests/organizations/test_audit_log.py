"""The audit log: what is done is in it, with who and from where; nobody can change it; it can be taken out."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import ProgrammingError

from mailwarden.accounts import audit
from mailwarden.accounts.audit import Target
from mailwarden.accounts.audit_models import AuditEntry
from mailwarden.core.csv import cell
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from tests.conftest import MakeConnection, NewClient
from tests.organizations.steps import audit_rows, join, sign_in_again
from tests.support.browser import Browser, sign_up
from tests.support.time import TimeMachine

LOG = "/v1/audit-log"


async def entries(browser: Browser, **filters: Any) -> list[dict[str, Any]]:
    answer = await browser.get(LOG, params=filters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_a_change_is_told_with_who_what_and_from_where(owner: Browser) -> None:
    changed = await owner.patch("/v1/organization", {"name": "New"}, headers={"If-Match": '"v1"'})
    (entry,) = await entries(owner, action="organization.changed")
    assert entry["actor"] == {"kind": "session", "id": owner.me["user"]["id"], "label": "Pat <owner@example.com>"}
    assert entry["target"] == {"kind": "organization", "id": owner.me["organization"]["id"], "label": "New"}
    assert (entry["before"], entry["after"]) == ({"name": "Acme"}, {"name": "New"})
    assert entry["request_id"] == changed.headers["request-id"]
    assert entry["ip"] == "127.0.0.1"


async def test_a_change_that_fails_leaves_nothing(owner: Browser) -> None:
    before = len(await entries(owner))
    await owner.patch("/v1/organization", {"name": "New"}, headers={"If-Match": '"v7"'})
    await owner.delete("/v1/members/usr_" + "0" * 32)
    assert len(await entries(owner)) == before


async def test_signing_in_is_told(owner: Browser) -> None:
    await sign_in_again(owner)
    told = await entries(owner, action="session.started")
    assert len(told) == 2
    assert "python-httpx" in told[0]["after"]["browser"]


async def test_connections_are_told(owner: Browser, make_connection: MakeConnection) -> None:
    connection = await make_connection(account_label="acme.test")
    path = f"/v1/connections/conn_{connection.id.hex}"
    tag = (await owner.get(path)).headers["etag"]
    assert (await owner.patch(path, {"sync_frequency": "daily"}, headers={"If-Match": tag})).status_code == 200
    assert (await owner.delete(path)).status_code == 200
    told = await entries(owner, target_kind="connection")
    assert [(one["action"], one["after"]) for one in told] == [
        ("connection.disconnected", {"status": "disconnected"}),
        ("connection.settings_changed", {"sync_frequency": "daily"}),
    ]
    assert {one["target"]["id"] for one in told} == {f"conn_{connection.id.hex}"}
    assert told[0]["target"]["label"] == "hubspot: acme.test"


async def test_secrets_are_blanked_by_name(runtime: Runtime, owner: Browser) -> None:
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await audit.record(tx, "thing.changed", after={"password": "hunter2", "deep": {"token": "abc"}, "name": "x"})
    (row,) = [one for one in await audit_rows(runtime, owner) if one.action == "thing.changed"]
    assert row.after == {"password": "[redacted]", "deep": {"token": "[redacted]"}, "name": "x"}
    assert (row.actor_kind, row.actor_id, row.ip, row.request_id) == ("system", None, None, None)


@pytest.mark.parametrize("statement", [update(AuditEntry).values(action="x"), delete(AuditEntry)])
async def test_the_app_cannot_change_what_is_written(runtime: Runtime, owner: Browser, statement: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with unit_of_work(runtime.sessions, owner.org_id) as tx:
            await tx.session.execute(statement)


async def test_names_stay_after_people_left(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    manager = await join(runtime, owner, new_client, "manager", "Mo")
    await manager.post("/v1/invitations", {"email": "lee@example.com"})
    await owner.delete(f"/v1/members/{manager.me['user']['id']}")
    (told,) = await entries(owner, actor=manager.me["user"]["id"], action="invitation.created")
    assert told["actor"]["label"] == "Mo <mo@example.com>"


async def test_filters_and_pages(runtime: Runtime, owner: Browser, time_machine: TimeMachine) -> None:
    for number in range(7):
        async with unit_of_work(runtime.sessions, owner.org_id) as tx:
            await audit.record(tx, f"thing.changed_{number}", Target("thing", None, str(number)))
    await time_machine.advance(timedelta(hours=1))
    middle = (runtime.clock.now() - timedelta(minutes=1)).isoformat()
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await audit.record(tx, "thing.removed")
    seen, cursor = [], None
    while True:
        page = (
            await owner.get(LOG, params={"limit": 3, "action": "thing."} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [one["action"] for one in page["data"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert seen == ["thing.removed", *[f"thing.changed_{number}" for number in reversed(range(7))]]
    assert [one["action"] for one in await entries(owner, since=middle)] == ["thing.removed"]
    assert len(await entries(owner, until=middle, target_kind="thing")) == 7
    stolen = await owner.get(LOG, params={"cursor": "AAAA" * 10})
    assert (stolen.status_code, stolen.json()["code"]) == (400, "invalid_cursor")


async def test_members_and_strangers_see_nothing(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    member = await join(runtime, owner, new_client)
    assert (await member.get(LOG)).status_code == 403
    assert (await member.get(f"{LOG}/export")).status_code == 403
    stranger = await sign_up(new_client(), "stranger@example.com", "Elsewhere")
    assert [one["action"] for one in await entries(stranger)] == ["session.started"]


async def test_the_export_holds_every_row_and_no_formula(runtime: Runtime, owner: Browser) -> None:
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        for number in range(1201):
            await audit.record(tx, "thing.changed", Target("thing", None, f"=1+{number}"))
    as_lines = await owner.get(f"{LOG}/export", params={"format": "ndjson", "action": "thing.changed"})
    rows = [json.loads(line) for line in as_lines.text.splitlines()]
    assert len({row["id"] for row in rows}) == 1201
    table = await owner.get(f"{LOG}/export", params={"action": "thing.changed"})
    assert table.headers["content-disposition"] == 'attachment; filename="audit-log.csv"'
    read = list(csv.DictReader(io.StringIO(table.text)))
    assert [one["id"] for one in read] == [one["id"] for one in rows]
    assert {one["target"][:2] for one in read} == {"'="}


@pytest.mark.parametrize(
    ("value", "written"),
    [("plain", "plain"), ("=1", "'=1"), ("@x", "'@x"), ("-1", "'-1"), (-1, "-1"), (None, ""), ("＝1", "'＝1")],
)
def test_cells_are_never_formulas(value: object, written: str) -> None:
    assert cell(value) == written


@pytest.mark.parametrize("since", ["2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "soon"])
async def test_times_need_a_zone_and_sense(owner: Browser, since: str) -> None:
    assert (await owner.get(LOG, params={"since": since})).status_code == 422
