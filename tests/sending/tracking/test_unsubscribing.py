"""One click, and nobody of the organization writes again (RFC 8058)."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.sending.models import Suppression
from mailwarden.sending.tracking.routes import said
from tests.sending.tracking.conftest import MakeMail
from tests.support.jobs import drain

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def test_headers_page_and_text_show_the_same_way_out(make_mail: MakeMail) -> None:
    mail = await make_mail(one_click_unsubscribe=True)
    headers = dict(mail.prepared.headers)
    url = f"{mail.rt.config.base_url}{mail.url('u')}"
    assert headers == {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    assert mail.prepared.html.count(url) == 1
    assert mail.prepared.text.count(url) == 1
    plain = await make_mail(html="", text="Hello", one_click_unsubscribe=True)
    assert plain.prepared.html == ""
    assert plain.prepared.text.startswith("Hello\n\n")
    assert plain.url("u") in plain.prepared.text


async def test_looking_at_the_page_ends_nothing(make_mail: MakeMail, reader: httpx.AsyncClient) -> None:
    mail = await make_mail(one_click_unsubscribe=True)
    page = await reader.get(mail.url("u"))
    assert page.status_code == 200
    assert "Acme &amp; &lt;Sons&gt;" in page.text
    assert "J…@Example.com" in page.text
    assert "Jo@" not in page.text
    assert '<form method="post">' in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in page.headers
    assert await mail.suppressed() == []


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
async def test_one_click_is_enough(make_mail: MakeMail, reader: httpx.AsyncClient, form: str, runtime: Runtime) -> None:
    mail = await make_mail(one_click_unsubscribe=True)
    body = {"data": ONE_CLICK} if form == "urlencoded" else {"files": {"List-Unsubscribe": (None, "One-Click")}}
    cross = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}
    answer = await reader.post(mail.url("u"), headers=cross, **body)
    assert (answer.status_code, answer.history) == (200, [])
    assert "You are unsubscribed" in answer.text
    assert await mail.suppressed() == [("jo@example.com", "unsubscribed")]
    assert await mail.told() == ["recipient.unsubscribed"]
    assert (await mail.recipient()).unsubscribed_at is not None
    assert "You are unsubscribed" in (await reader.get(mail.url("u"))).text
    await drain(runtime)


async def test_it_happens_once_however_often_it_is_asked(make_mail: MakeMail, reader: httpx.AsyncClient) -> None:
    mail = await make_mail(one_click_unsubscribe=True)
    answers = await asyncio.gather(*(reader.post(mail.url("u"), data=ONE_CLICK) for _ in range(5)))
    assert {one.status_code for one in answers} == {200}
    assert await mail.suppressed() == [("jo@example.com", "unsubscribed")]
    assert await mail.told() == ["recipient.unsubscribed"]
    assert [one[0] for one in await mail.noted()] == ["unsubscribe"]


async def test_who_was_taken_off_the_list_can_leave_again_by_the_old_mail(
    make_mail: MakeMail, reader: httpx.AsyncClient
) -> None:
    mail = await make_mail(one_click_unsubscribe=True)
    await reader.post(mail.url("u"), data=ONE_CLICK)
    async with unit_of_work(mail.rt.sessions, mail.org_id) as tx:
        await tx.session.execute(delete(Suppression).where(Suppression.org_id == mail.org_id))
    assert "<form" in (await reader.get(mail.url("u"))).text
    assert "You are unsubscribed" in (await reader.post(mail.url("u"), data=ONE_CLICK)).text
    assert await mail.suppressed() == [("jo@example.com", "unsubscribed")]
    assert await mail.told() == ["recipient.unsubscribed"] * 2


async def test_a_second_mail_to_the_same_address_can_be_left_too(
    make_mail: MakeMail, reader: httpx.AsyncClient
) -> None:
    first = await make_mail("jo@example.com", one_click_unsubscribe=True)
    second = await make_mail("JO@example.com", one_click_unsubscribe=True, org_id=first.org_id)
    for mail in (first, second):
        assert (await reader.post(mail.url("u"), data=ONE_CLICK)).status_code == 200
    assert await first.suppressed() == [("jo@example.com", "unsubscribed")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=No", "application/x-www-form-urlencoded"),
        (b"x" * 100_000, "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click&" + b"a=b&" * 5_000, "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00", "multipart/form-data; boundary=\xff".encode("latin-1").decode("latin-1")),
        (b'{"List-Unsubscribe":"One-Click"}', "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n" * 1_000, "multipart/form-data"),
    ],
)
async def test_anything_else_is_no_wish(
    make_mail: MakeMail, reader: httpx.AsyncClient, body: bytes, content_type: str
) -> None:
    mail = await make_mail(one_click_unsubscribe=True)
    headers = {b"content-type": content_type.encode("latin-1")}
    answer = await reader.post(mail.url("u"), content=body, headers=headers)
    assert answer.status_code == 400
    assert await mail.suppressed() == []


TYPES = st.sampled_from(["multipart/form-data; boundary=x", "multipart/form-data", "", "text/plain; charset=utf-7"])


@given(TYPES | st.text(), st.binary() | st.lists(st.sampled_from([b"--x", b"\r\n", b"a=b&", b";"])).map(b"".join))
def test_no_body_breaks_it(content_type: str, body: bytes) -> None:
    said(content_type, body)


async def test_there_is_no_way_out_of_a_mail_without_one(make_mail: MakeMail, reader: httpx.AsyncClient) -> None:
    mail = await make_mail()
    path = mail.url("o").replace("/t/o/", "/t/u/").removesuffix(".gif")
    assert (await reader.post(path, data=ONE_CLICK)).status_code == 404
    assert await mail.suppressed() == []
