"""What comes back of sent mail, over each door that sends."""

import base64
import smtplib
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.mail.comebacks import STYLES, Comebacks, wish_for
from tests.sandbox import google_steps
from tests.sandbox.mail import BOX, PASSWORD, mail_servers
from tests.sandbox.test_smtp import talk

MESSAGE = "From: {me}\r\nTo: {to}\r\nMessage-ID: <ours@here.test>\r\nSubject: Hello\r\n\r\nDear reader\r\n"


def arrived(sandbox: Sandbox, provider: str = "imap", account: str = BOX, folder: str = "INBOX") -> list[Any]:
    found = sandbox.world.account(provider, account)
    assert found
    return [message_from_bytes(m.raw) for m in found.mailbox.messages(folder)]


async def submit(sandbox: Sandbox, folder: Path, *to: str) -> None:
    raw = MESSAGE.format(me=BOX, to=", ".join(to)).encode()

    def steps(client: smtplib.SMTP) -> Any:
        client.login(BOX, PASSWORD)
        return client.sendmail(BOX, list(to), raw)

    async with mail_servers(sandbox, folder) as ports:
        await talk(ports, steps)


@pytest.mark.parametrize("style", STYLES)
async def test_a_bounce_in_the_words_of_each_server(sandbox, tmp_path, style):
    to = f"bounce-hard-{style}+17@nowhere.test"
    await submit(sandbox, tmp_path, to, "somebody@nowhere.test")
    (bounce,) = arrived(sandbox)
    assert bounce["Return-Path"] == "<>"
    assert bounce["To"] == BOX
    text = bounce.as_string()
    assert "<ours@here.test>" in text
    assert to in text
    assert "5.1.1" in text


async def test_answers_and_complaints(sandbox, tmp_path):
    await submit(sandbox, tmp_path, "reply@a.test", "autoreply@a.test", "complaint@a.test", "replying@a.test")
    reply, auto, complaint = arrived(sandbox)
    assert (reply["In-Reply-To"], reply["Auto-Submitted"]) == ("<ours@here.test>", None)
    assert auto["Auto-Submitted"].startswith("auto-replied")
    assert complaint.get_param("report-type") == "feedback-report"


async def test_wishes_and_what_comes_back_later(http, sandbox, tmp_path):
    place = "/_sandbox/mail/comebacks"
    assert (await http.put(place, json={"address": "*@Dead.test", "kind": "bounce-full"})).is_success
    assert (await http.put(place, json={"address": "reply@a.test"})).is_success
    await submit(sandbox, tmp_path, "x@dead.test", "reply@a.test")
    (bounce,) = arrived(sandbox)
    assert "5.2.2" in bounce.as_string()
    later = {"recipient": "reply@a.test", "kind": "reply", "folder": "Junk"}
    assert (await http.post(place, json=later)).status_code == 201
    assert [one["Subject"] for one in arrived(sandbox, folder="Junk")] == ["Re: Hello"]
    assert (await http.post(place, json=later | {"recipient": "n@x.test"})).status_code == 404


def test_the_address_says_what_is_wished():
    part = Comebacks()
    assert [wish_for(part, one) for one in ("bounce@a.test", "complaints@a.test", "a@reply.test")] == [None] * 3
    wish = wish_for(part, "Bounce-Soft-QMAIL@a.test")
    assert wish
    assert (wish.kind, wish.style) == ("bounce-soft", "qmail")


async def test_gmail_returns_the_id_that_it_gave(http, sandbox):
    tokens = await google_steps.connect(http)
    letter = google_steps.letter("bounce-hard@nowhere.test", Message_ID="<mine@here.test>")
    sent = (await google_steps.send(http, tokens, letter)).json()["id"]
    asked = {"q": "after:1000000000 -in:sent -in:drafts", "includeSpamTrash": "true"}
    listed = await http.get(f"{google_steps.ME}/messages", params=asked, headers=tokens.headers)
    (found,) = listed.json()["messages"]
    assert found["id"] != sent
    shown = {}
    for key in (sent, found["id"]):
        answer = await http.get(f"{google_steps.ME}/messages/{key}?format=raw", headers=tokens.headers)
        shown[key] = base64.urlsafe_b64decode(answer.json()["raw"])
    assert message_from_bytes(shown[sent])["Message-ID"].encode() in shown[found["id"]]
    assert b"X-Google-Original-Message-ID: <mine@here.test>" in shown[found["id"]]
