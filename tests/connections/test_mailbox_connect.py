"""Connecting a mailbox by its password, and renewing the password."""

import pytest
from sqlalchemy import text

from mailwarden.core.db import unit_of_work
from mailwarden.core.rotate import rotate_keys
from mailwarden.core.runtime import Runtime
from tests.connections.mailbox_fixtures import post
from tests.connections.mailbox_steps import Post, connected, row_of
from tests.connections.steps import events, history, now
from tests.sandbox.mail import BOX, PASSWORD
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain

__all__ = ["post"]
CONNECT, TEST = "/v1/integrations/imap/connect", "/v1/integrations/imap/test"


async def test_a_test_answers_every_step_and_stores_nothing(owner: Browser, post: Post):
    told = (await owner.post(TEST, post.form())).json()
    assert told["ok"]
    assert [(s["protocol"], s["step"]) for s in told["steps"] if s["ok"]] == [
        *(("imap", step) for step in ("resolve", "connect", "tls", "greeting", "login", "folders")),
        *(("smtp", step) for step in ("resolve", "connect", "greeting", "tls", "login", "sender")),
    ]
    assert (await owner.get("/v1/connections")).json()["data"] == []


async def test_a_failed_step_says_what_and_what_to_do(owner: Browser, post: Post):
    told = (await owner.post(TEST, post.form(password="wrong"))).json()
    failed = next(step for step in told["steps"] if step["ok"] is False)
    assert (failed["step"], failed["code"]) == ("login", "bad_credentials")
    assert "AUTHENTICATIONFAILED" in failed["answer"]
    assert "app password" in failed["hint"]
    assert {step["ok"] for step in told["steps"] if step["protocol"] == "smtp"} == {None}
    assert post.logins() == ["IMAP"]


async def test_connecting_stores_only_what_passed(runtime: Runtime, owner: Browser, post: Post):
    refused = await owner.post(CONNECT, post.form(password="wrong"))
    assert refused.status_code == 200
    assert (refused.json()["ok"], refused.json()["connection"]) == (False, None)
    assert (await owner.get("/v1/connections")).json()["data"] == []
    row = await connected(runtime, owner, post.form())
    assert (row.status, row.account_label, row.external_id) == ("connected", BOX, f"{BOX} at 127.0.0.1")
    assert await events(runtime, row) == ["connected"]
    slots = (await owner.get("/v1/mailboxes")).json()["data"]
    assert [slot["connection"]["id"] if slot.get("connection") else None for slot in slots] != [None]


async def test_it_is_used_for_mail_and_not_for_campaigns(runtime: Runtime, owner: Browser, post: Post):
    row = await connected(runtime, owner, post.form())
    shown = (await owner.get("/v1/connections")).json()["data"][0]
    for purpose, usable in (("send", True), ("test", True), ("sync", False)):
        told = (await owner.get(f"/v1/connections/{shown['id']}/usability", params={"purpose": purpose})).json()
        assert told["usable"] is usable, told
    await drain(runtime)
    assert (await now(runtime, row)).next_sync_at is None
    assert (await owner.get("/v1/integrations")).json()["data"]


async def test_the_password_is_sealed_and_walks_with_the_keys(runtime: Runtime, owner: Browser, post: Post):
    row = await connected(runtime, owner, post.form())
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        sealed = await tx.session.scalar(text("SELECT password FROM mail_servers"))
    assert isinstance(sealed, bytes)
    assert PASSWORD.encode() not in sealed
    assert "mail_servers.password" in await rotate_keys(runtime)


async def test_connecting_again_finds_the_same_row(runtime: Runtime, owner: Browser, post: Post):
    first = await connected(runtime, owner, post.form())
    again = await connected(runtime, owner, post.form(address=BOX.upper(), username=BOX))
    assert again.id == first.id


async def test_a_disconnect_forgets_the_password(runtime: Runtime, owner: Browser, post: Post):
    row = await connected(runtime, owner, post.form())
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    assert (await owner.delete(f"/v1/connections/{shown}")).status_code == 200
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        held = (await tx.session.execute(text("SELECT password, imap_host FROM mail_servers"))).one()
    assert tuple(held) == (None, "127.0.0.1")


async def test_who_comes_back_waits_for_no_sync(runtime: Runtime, owner: Browser, post: Post):
    """Nothing is read of a mailbox that a receipt could count: one would stay pending for ever."""
    row = await connected(runtime, owner, post.form())
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    await owner.delete(f"/v1/connections/{shown}")
    assert (await connected(runtime, owner, post.form())).id == row.id
    assert (await owner.get(f"/v1/connections/{shown}/receipts")).json()["data"] == []


async def test_a_new_password_revives_the_same_row(runtime: Runtime, owner: Browser, post: Post):
    row = await connected(runtime, owner, post.form())
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    post.break_("change_password")
    wrong = await owner.post(f"/v1/connections/{shown}/credentials", {"password": "wrong"})
    assert wrong.json()["ok"] is False
    right = await owner.post(f"/v1/connections/{shown}/credentials", {"password": post.owner.password})
    assert right.json()["ok"] is True, right.text
    assert (await row_of(runtime, owner, shown)).id == row.id
    assert [one[1] for one in await history(runtime, row)] == ["connected", "connected"]


async def test_another_host_is_another_mailbox(owner: Browser, runtime: Runtime, post: Post):
    await connected(runtime, owner, post.form())
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    moved = {"password": PASSWORD, "imap": {"host": "localhost", "port": post.ports.imaps, "security": "tls"}}
    answer = await owner.post(f"/v1/connections/{shown}/credentials", moved)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_account")


async def test_oauth_connections_take_no_password(owner: Browser, make_connection):
    await make_connection()
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    answer = await owner.post(f"/v1/connections/{shown}/credentials", {"password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_password_connection")


async def test_a_password_connection_has_no_consent_page(runtime: Runtime, owner: Browser, post: Post):
    await connected(runtime, owner, post.form())
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    answer = await owner.post(f"/v1/connections/{shown}/reconnect", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "signed_in_by_password")


@pytest.mark.parametrize(
    "change",
    [
        {"imap": {"host": "http://x", "port": 993, "security": "tls"}},
        {"imap": {"host": "a b", "port": 993, "security": "tls"}},
        {"imap": {"host": "x.test\r\n", "port": 0, "security": "tls"}},
        {"password": "a\r\nb"},
        {"password": ""},
        {"username": "a\0b"},
        {"address": "nobody"},
        {"smtp_username": "alone"},
    ],
)
async def test_what_cannot_be_right_is_refused(owner: Browser, post: Post, change):
    answer = await owner.post(TEST, post.form(**change))
    assert answer.status_code == 422, answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::1]", "metadata.internal"])
async def test_hosts_inside_are_refused_with_one_coarse_answer(owner: Browser, post: Post, host):
    imap = {"host": host.strip("[]"), "port": 993, "security": "tls"}
    told = (await owner.post(TEST, post.form(imap=imap))).json()
    failed = told["steps"][0]
    assert (failed["step"], failed["ok"], failed["answer"]) == ("resolve", False, None)


async def test_members_connect_their_own_mailbox(runtime: Runtime, owner: Browser, post: Post):
    """The route wants `mailboxes:own`, which every role has; the mailbox then belongs to who connected it."""
    row = await connected(runtime, owner, post.form())
    assert row.connected_by == owner.user_id


async def test_strangers_see_nothing_of_it(runtime: Runtime, owner: Browser, post: Post, new_client):
    await connected(runtime, owner, post.form())
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    stranger = await sign_up(new_client(), "stranger@example.com")
    answer = await stranger.post(f"/v1/connections/{shown}/credentials", {"password": PASSWORD})
    assert answer.status_code == 404


async def test_discovery_names_the_servers_and_the_better_way(owner: Browser):
    answer = await owner.post("/v1/integrations/imap/discover", {"address": "anna@gmail.com"})
    told = answer.json()
    assert (told["found_by"], told["better_by"], told["imap"]["host"]) == ("preset", "google", "imap.gmail.com")
    assert (await owner.post("/v1/integrations/imap/discover", {"address": "no address"})).status_code == 422
