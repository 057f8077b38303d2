"""Pixels and links: what is told to whom, and what is kept of it."""

import asyncio
import random
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy.event import listen, remove

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Limits, Runtime
from mailwarden.main import create_app
from mailwarden.sending.prepare import Content
from mailwarden.sending.tracking.host import host_of_its_own
from mailwarden.sending.tracking.keys import base_url, tokens_of
from mailwarden.sending.tracking.models import TrackedLink
from mailwarden.sending.tracking.prepare import prepare
from mailwarden.sending.tracking.tokens import Kind, Token
from tests.sending.tracking.conftest import FIREFOX, HTML, MakeMail
from tests.support.jobs import drain
from tests.support.time import TimeMachine

GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


async def test_the_pixel_is_a_picture_that_nobody_keeps(make_mail: MakeMail, reader: httpx.AsyncClient) -> None:
    mail = await make_mail()
    answer = await reader.get(mail.url("o"))
    assert (answer.status_code, answer.headers["content-type"], len(answer.content)) == (200, "image/gif", 43)
    assert answer.content.startswith(b"GIF89a")
    assert "no-store" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    assert await mail.noted() == [("open", False, None)]


async def test_a_link_leads_where_the_sender_wrote(make_mail: MakeMail, reader: httpx.AsyncClient) -> None:
    mail = await make_mail()
    first, second = [await reader.get(mail.url("c", at)) for at in (0, 1)]
    assert (first.status_code, first.headers["location"]) == (302, "https://a.example/offer?x=1&y=2")
    assert (second.status_code, second.headers["location"]) == (302, "https://b.example/")
    assert first.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in first.headers
    assert [one[0] for one in await mail.noted()] == ["click", "click"]


async def test_asking_for_the_head_alone_is_safe(make_mail: MakeMail, reader: httpx.AsyncClient) -> None:
    mail = await make_mail(one_click_unsubscribe=True)
    answers = [await reader.head(mail.url(kind)) for kind in ("o", "c", "u")]
    assert [(one.status_code, one.content) for one in answers] == [(200, b""), (302, b""), (200, b"")]
    assert await mail.noted() == [("open", True, "head_request"), ("click", True, "head_request")]


async def test_first_opens_and_clicks_are_told_once(
    make_mail: MakeMail, reader: httpx.AsyncClient, runtime: Runtime, time_machine: TimeMachine
) -> None:
    mail = await make_mail()
    for _ in range(2):
        await reader.get(mail.url("o"))
        await reader.get(mail.url("c"))
        await time_machine.advance(10)
        await drain(runtime)
    assert await mail.told() == ["message.opened", "message.clicked"]
    row = await mail.recipient()
    assert row.opened_at is not None
    assert row.clicked_at is not None


async def test_what_machines_load_is_told_to_nobody(
    make_mail: MakeMail, reader: httpx.AsyncClient, runtime: Runtime, time_machine: TimeMachine
) -> None:
    mail = await make_mail()
    await reader.get(mail.url("o"), headers={"user-agent": "Mozilla/5.0"})
    await reader.get(mail.url("c", 0))
    await reader.get(mail.url("c", 1))
    await time_machine.advance(10)
    await drain(runtime)
    assert await mail.told() == []
    row = await mail.recipient()
    assert (row.opened_at, row.clicked_at) == (None, None)


async def test_a_proxys_open_is_seen_but_not_called_a_persons(
    make_mail: MakeMail, reader: httpx.AsyncClient, runtime: Runtime, time_machine: TimeMachine
) -> None:
    mail = await make_mail()
    await time_machine.advance(60)
    await reader.get(mail.url("o"), headers={"user-agent": GMAIL})
    await time_machine.advance(10)
    await drain(runtime)
    assert await mail.noted() == [("open", None, "image_proxy")]
    assert await mail.told() == []
    assert (await mail.recipient()).opened_at is not None


async def test_a_copy_in_several_hands_is_nobodys(
    make_mail: MakeMail, reader: httpx.AsyncClient, runtime: Runtime, time_machine: TimeMachine
) -> None:
    mail = await make_mail("jo@example.com", "al@example.com", one_click_unsubscribe=True)
    assert mail.prepared.headers == ()
    await reader.get(mail.url("o"))
    await time_machine.advance(10)
    await drain(runtime)
    assert await mail.told() == ["message.opened"]
    assert (await mail.recipient()).opened_at is None


@pytest.mark.parametrize("kind", ["o", "c", "u"])
async def test_what_we_did_not_write_leads_nowhere(make_mail: MakeMail, reader: httpx.AsyncClient, kind: str) -> None:
    """Forged, cut off, another organization's proof, an unknown mail: one answer to all (S7)."""
    mail = await make_mail(one_click_unsubscribe=True)
    rt = mail.rt
    end = ".gif" if kind == "o" else ""
    as_kind = {"o": Kind.OPEN, "c": Kind.CLICK, "u": Kind.UNSUBSCRIBE}[kind]
    good = mail.url(kind).removeprefix(f"/t/{kind}/").removesuffix(".gif")
    subject = mail.recipients[0].id
    others = [
        tokens_of(rt).write(new_id(), Token(as_kind, subject, link=1)),
        tokens_of(rt).write(mail.org_id, Token(as_kind, new_id(), link=1)),
        tokens_of(rt).write(mail.org_id, Token(Kind(as_kind % 3 + 1), subject, link=1)),
        tokens_of(rt).write(mail.org_id, Token(as_kind, mail.message.id, link=1)),
        *(good[:-1], good + "A", good[::-1], "x", "%00", "..%2f..%2fetc", "https%3A%2F%2Fevil.example"),
    ]
    answers = [await reader.get(f"/t/{kind}/{one}{end}") for one in others]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers[:9]}) == 1
    assert not any("location" in one.headers for one in answers)
    assert await mail.noted() == []


async def test_a_link_number_that_the_mail_does_not_have_leads_nowhere(
    make_mail: MakeMail, reader: httpx.AsyncClient
) -> None:
    mail = await make_mail()
    token = tokens_of(mail.rt).write(mail.org_id, Token(Kind.CLICK, mail.recipients[0].id, link=99))
    assert (await reader.get(f"/t/c/{token}")).status_code == 404


async def test_nothing_that_is_asked_along_changes_where_a_link_leads(
    make_mail: MakeMail, reader: httpx.AsyncClient
) -> None:
    mail = await make_mail()
    for extra in ("?url=https://evil.example", "?next=//evil.example", "?u=javascript:alert(1)#x"):
        answer = await reader.get(mail.url("c") + extra, headers={"host": "evil.example", "x-forwarded-host": "e.test"})
        assert answer.headers["location"] == "https://a.example/offer?x=1&y=2"
    for path in ("//evil.example", "/https://evil.example", "/%2e%2e/x"):
        assert (await reader.get(mail.url("c") + path)).status_code == 404


async def test_much_of_one_copy_is_answered_but_not_written_down(runtime: Runtime, make_mail: MakeMail) -> None:
    rt = replace(runtime, config=replace(runtime.config, limits=Limits(enabled=True)))
    mail = await make_mail()
    transport = httpx.ASGITransport(create_app(rt), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        http.headers["user-agent"] = FIREFOX
        opened = [await http.get(mail.url("o")) for _ in range(30)]
        clicked = [await http.get(mail.url("c")) for _ in range(30)]
    assert {one.status_code for one in opened} == {200}
    assert {one.headers["location"] for one in clicked} == {"https://a.example/offer?x=1&y=2"}
    assert 40 <= len(await mail.noted()) < 58  # the clock goes on meanwhile


async def test_strange_headers_break_nothing(make_mail: MakeMail, reader: httpx.AsyncClient) -> None:
    mail = await make_mail()
    rng = random.Random(5)
    for size in (1, 100, 4_000):
        agent = bytes(rng.randrange(0x80, 0x100) for _ in range(size))
        assert (await reader.get(mail.url("o"), headers={b"user-agent": agent})).status_code == 200
    assert [one[1:] for one in await mail.noted()] == [(None, "unfamiliar_user_agent")] * 3


async def test_a_second_attempt_is_the_same_mail(make_mail: MakeMail) -> None:
    mail = await make_mail(one_click_unsubscribe=True)
    async with unit_of_work(mail.rt.sessions, mail.org_id) as tx:
        again = await prepare(mail.rt, tx, mail.message, mail.recipients, Content(HTML, ""))
    assert again == mail.prepared
    assert [(one.number, one.url) for one in await mail.all_of(TrackedLink)] == [
        (1, "https://a.example/offer?x=1&y=2"),
        (2, "https://b.example/"),
    ]


async def test_who_tracks_nothing_sends_what_was_written(make_mail: MakeMail) -> None:
    mail = await make_mail(track_opens=False, track_clicks=False)
    assert "/t/" not in mail.prepared.html + mail.prepared.text
    assert "https://a.example/offer?x=1&y=2" in mail.prepared.text
    assert mail.prepared.headers == ()


async def test_what_is_asked_often_costs_little(
    make_mail: MakeMail, reader: httpx.AsyncClient, engines: tuple[Any, Any]
) -> None:
    """Statements: none for a guess, three for what a person does, two for a machine's."""
    mail = await make_mail(one_click_unsubscribe=True)
    said: list[str] = []

    def count(*given: Any) -> None:
        said.append(given[2])

    async def asked(path: str, **headers: str) -> int:
        said.clear()
        await reader.get(path, headers=headers)
        return len(said)

    listen(engines[0].sync_engine, "before_cursor_execute", count)
    try:
        assert await asked("/t/c/" + mail.url("c")[5:][::-1]) == 0
        assert await asked(mail.url("o")) <= 3
        assert await asked(mail.url("c")) <= 3
        assert await asked(mail.url("o"), **{"user-agent": "curl/8"}) <= 2
        assert await asked(mail.url("u")) <= 3
    finally:
        remove(engines[0].sync_engine, "before_cursor_execute", count)


async def test_a_host_of_its_own_shows_nothing_else(runtime: Runtime, make_mail: MakeMail) -> None:
    rt = replace(runtime, config=replace(runtime.config, tracking_url="https://t.example"))
    assert base_url(rt) == "https://t.example"
    mail = await make_mail(rt=rt)
    assert "https://t.example/t/o/" in mail.prepared.html
    transport = httpx.ASGITransport(create_app(rt), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://t.example") as http:
        assert (await http.get(mail.url("o"))).status_code == 200
        for host in ("T.example", "t.example.", "t.example:443"):
            assert (await http.get("/v1/me", headers={"host": host})).status_code == 404
        for path in ("/", "/sign-in", "/v1/me", "/v1/openapi.json", "/oauth/authorize", "/hooks/stripe", "/metrics"):
            assert (await http.get(path)).status_code == 404
    async with httpx.AsyncClient(transport=transport, base_url=runtime.config.base_url) as http:
        assert (await http.get(mail.url("o"))).status_code == 200, "mails from before the host was set"
        assert (await http.get("/v1/me")).status_code == 401


async def test_a_crowd_of_readers_leaves_the_pool_to_others(make_mail: MakeMail, reader: httpx.AsyncClient) -> None:
    mail = await make_mail()
    answers = await asyncio.gather(*(reader.get(mail.url("c")) for _ in range(60)))
    assert {one.status_code for one in answers} <= {302, 503}
    assert sum(one.status_code == 302 for one in answers) >= 8


def test_a_host_of_its_own_is_one(runtime: Runtime) -> None:
    for url, own in (("", None), (runtime.config.base_url, None), ("https://T.example:8443/x", "t.example:8443")):
        assert host_of_its_own(replace(runtime.config, tracking_url=url)) == own
