"""My Emails over the API: drafts, the gate, sending once, taking back, and saying what became of it."""

import base64
from datetime import timedelta
from typing import Any

import pytest_asyncio

from tests.sending.core.steps import Box, open_box
from tests.support.world import World

TO = [{"address": "ada@else.test", "name": 'Ada, "the" Countess'}]


@pytest_asyncio.fixture(loop_scope="session")
async def box(world: World) -> Box:
    return await open_box(world, "google")


async def draft(box: Box, **over: Any) -> dict[str, Any]:
    body = {"mailbox_id": f"mbx_{box.slot_id.hex}", "to": TO, "subject": "Hello", "html": "<p>Hi</p>"} | over
    answer = await box.linked.browser.post("/v1/messages", {k: v for k, v in body.items() if v is not None})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def act(box: Box, message: dict[str, Any], what: str, body: Any = None) -> Any:
    return await box.linked.browser.post(f"/v1/messages/{message['id']}/{what}", body if body is not None else {})


async def look(box: Box, message: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = (await box.linked.browser.get(f"/v1/messages/{message['id']}")).json()
    return told


async def test_a_draft_is_changed_and_sent_once(box: Box) -> None:
    browser = box.linked.browser
    made = await draft(box, html="<p onclick='x()'>Hi<script>alert(1)</script></p>", cc=[{"address": "bob@else.test"}])
    assert (made["state"], made["html"]) == ("draft", "<p>Hi</p>")
    path = f"/v1/messages/{made['id']}"
    tag = (await browser.get(path)).headers["etag"]
    changed = await browser.patch(path, {"subject": "Hello again"}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["subject"]) == (200, "Hello again")
    assert (await browser.patch(path, {"subject": "Late"}, headers={"If-Match": tag})).status_code == 412
    for _ in range(3):
        answer = await act(box, made, "send")
        assert (answer.status_code, answer.json()["state"]) == (200, "queued"), answer.text
    await box.work()
    assert (await act(box, made, "send")).json()["state"] == "sent"
    await box.work(70)
    sent = [one.parsed for one in box.sent()]
    assert [(one["Subject"], one["To"], one["Cc"]) for one in sent] == [
        ("Hello again", '"Ada, \\"the\\" Countess" <ada@else.test>', "bob@else.test")
    ]
    told = await look(box, made)
    assert [one["state"] for one in told["recipients"]] == ["accepted", "accepted"]
    assert [one["outcome"] for one in told["attempts"]] == ["accepted"]
    assert (await browser.delete(path)).status_code == 409
    listed = (await browser.get("/v1/messages", params={"state": "sent"})).json()["data"]
    assert [one["id"] for one in listed] == [made["id"]]


async def test_blind_copies_and_files_and_the_signature_arrive(box: Box) -> None:
    await box.set(signature_html="<p>Pat Doe</p>", sender_name="Pat 'P' Doe")
    made = await draft(box, bcc=[{"address": "secret@else.test"}], text="")
    for name, content in (("../../bill\u202e.pdf", b"%PDF-1"), ("notes.txt", b"line\nline")):
        body = {"name": name, "content": base64.b64encode(content).decode()}
        answer = await act(box, made, "files", body)
        assert answer.status_code == 201, answer.text
    assert [one["name"] for one in (await look(box, made))["files"]] == ["bill_.pdf", "notes.txt"]
    await act(box, made, "send")
    await box.work()
    (mail,) = [one.parsed for one in box.sent()]
    assert mail["Bcc"] is None
    assert b"secret" not in mail.as_bytes()
    assert mail["From"].addresses[0].display_name == "Pat 'P' Doe"
    assert "Pat Doe" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    files = {one.get_filename(): one.get_payload(decode=True) for one in mail.iter_attachments()}
    assert files == {"bill_.pdf": b"%PDF-1", "notes.txt": b"line\nline"}


async def test_an_answer_stays_in_its_conversation(box: Box) -> None:
    first = await draft(box, subject="Question")
    await act(box, first, "send")
    await box.work()
    second = await draft(box, subject="Re: Question", answers_id=first["id"])
    await act(box, second, "send")
    await box.work(61)
    one, other = (each.parsed for each in box.sent())
    assert other["In-Reply-To"] == one["Message-ID"] == other["References"]
    listed = box.world.sandbox.ask("GET", f"/accounts/google/{box.linked.account}/messages", folder="Sent")["messages"]
    assert len(listed) == 2


async def test_a_mail_waits_for_its_time(box: Box) -> None:
    made = await draft(box)
    assert (await act(box, made, "send", {"send_at": "2026-12-01T09:00:00"})).status_code == 422  # of which zone?
    at = (box.world.now() + timedelta(hours=2)).isoformat()
    assert (await act(box, made, "send", {"send_at": at})).json()["state"] == "queued"
    await box.work(3600)
    assert box.sent() == []
    await box.work(3601)
    assert len(box.sent()) == 1


async def test_the_gate_refuses_and_keeps_the_draft(box: Box) -> None:
    browser = box.linked.browser
    nowhere = await draft(box, mailbox_id=None)
    assert (await act(box, nowhere, "send")).json()["code"] == "mailbox_required"
    nobody = await draft(box, to=[])
    assert (await act(box, nobody, "send")).json()["code"] == "no_recipient"
    listed = await browser.post("/v1/suppressions", {"address": "ADA@else.test", "note": "asked by phone"})
    assert listed.status_code == 201, listed.text
    again = await browser.post("/v1/suppressions", {"address": "ada@else.test"})
    assert again.json()["code"] == "already_suppressed"
    made = await draft(box)
    refused = await act(box, made, "send")
    assert (refused.status_code, refused.json()["code"]) == (409, "suppressed")
    assert (await look(box, made))["state"] == "draft"
    assert (await browser.delete(f"/v1/suppressions/{listed.json()['id']}")).status_code == 204
    assert (await act(box, made, "send")).json()["state"] == "queued"
    assert (await act(box, made, "cancel")).json()["state"] == "cancelled"
    await box.work(61)
    assert box.sent() == []


async def test_without_any_integration_nothing_is_sent_and_it_says_so(world: World) -> None:
    browser = await world.sign_up()
    told = (await browser.get("/v1/sending/usability")).json()
    assert (told["usable"], told["code"], told["mailboxes"]) == (False, "no_active_integration", [])
    made = (await browser.post("/v1/messages", {"to": TO, "subject": "Hi"})).json()
    refused = await browser.post(f"/v1/messages/{made['id']}/send", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_active_integration")
    assert refused.json()["action"] == "connect"


async def test_what_nobody_knows_a_person_decides(world: World) -> None:
    box = await open_box(world, "imap")
    world.sandbox.fault("imap", box.linked.account, "reset", path="/smtp/DELIVERED", count=1)
    made = await draft(box)
    await act(box, made, "send")
    await box.work()
    assert (await look(box, made))["state"] == "unknown"
    assert (await act(box, made, "cancel")).status_code == 409
    again = await act(box, made, "resolve", {"outcome": "send_again"})
    assert (again.status_code, again.json()["state"]) == (200, "queued"), again.text
    await box.work(120)
    told = await look(box, made)
    assert (told["state"], len(box.sent())) == ("sent", 2)
    assert [one["code"] for one in told["attempts"]] == [None, "declared_not_sent"]
    ids = {one.parsed["Message-ID"] for one in box.sent()}
    assert len(ids) == 1


async def test_addresses_and_subjects_that_would_be_more_than_that_are_refused(box: Box) -> None:
    bad = [
        {"to": [{"address": "a@b.test\r\nBcc: c@d.test"}]},
        {"to": [{"address": "Ada <a@b.test>"}]},
        {"to": [{"address": "a@b.test, c@d.test"}]},
        {"to": TO, "cc": TO},
        {"subject": "Hi\r\nBcc: c@d.test"},
        {"to": [{"address": "a@b.test", "name": "x\ny"}]},
    ]
    for one in bad:
        answer = await box.linked.browser.post("/v1/messages", one)
        assert answer.status_code == 422, one
    made = await draft(box, subject="=?utf-8?q?a=0d=0aBcc:_evil@example.com?=")
    await act(box, made, "send")
    await box.work()
    (mail,) = [each.parsed for each in box.sent()]
    assert [name for name in mail.keys() if name.lower() == "bcc"] == []  # noqa: SIM118
