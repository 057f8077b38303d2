"""Requests for support: what is told arrives by mail with the time by which an answer is due."""

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mailwarden.accounts.service import make_operator
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.mail import MailRefused, MailUnknown
from mailwarden.core.runtime import Runtime
from mailwarden.support.models import SupportAttachment, SupportRequest
from tests.accounts.steps import mails, words
from tests.conftest import NewClient
from tests.organizations.steps import audit_rows, join
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine
from tests.support_desk.test_files import PNG

REQUESTS = "/v1/support/requests"
DESK = "support@mailwarden.localhost"
FULL = {
    "description": "The figures of yesterday are gone.",
    "error_text": "campaign_missing: 3 of 7",
    "doing": "Opening the dashboard",
    "steps": "1. Sign in\n2. Look",
    "occurred_at": "2026-11-20T08:15:00+01:00",
    "browser": "Firefox 140",
    "device": "Linux, 1920 x 1080",
    "page": "/dashboard",
    "provider": "hubspot",
    "problem_request_id": "req_" + "a" * 32,
    "urgency": "data_wrong_or_lost",
}


def file(name: str = "shot.png", content: bytes = PNG) -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(content).decode()}


async def write(browser: Browser, /, **over: Any) -> dict[str, Any]:
    answer = await browser.post(REQUESTS, {"description": "Help"} | over)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def took(made: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(made["due_at"]) - datetime.fromisoformat(made["created_at"])


async def test_everything_told_reaches_the_desk(runtime: Runtime, owner: Browser) -> None:
    made = await write(owner, **FULL, attachments=[file(), file("err.log", b"boom\n")])
    assert took(made) == timedelta(hours=4)
    (mail,) = await mails(runtime, DESK)
    assert mail["Subject"] == f"[Urgent] {made['reference']}: The figures of yesterday are gone."
    assert mail["Reply-To"] == "owner@example.com"
    text = words(mail)
    due = datetime.fromisoformat(made["due_at"])
    assert f"Answer due: {due:%Y-%m-%d %H:%M} UTC" in text
    for told in ("Organization: Acme (org_", "Environment: test", "Failed at: 2026-11-20 07:15:00 UTC", "2. Look"):
        assert told in text
    for field in ("description", "error_text", "doing", "browser", "device", "page", "provider", "problem_request_id"):
        assert FULL[field] in text
    sent = [(one.get_filename(), one.get_content_type()) for one in mail.iter_attachments()]
    assert sent == [("shot.png", "image/png"), ("err.log", "text/plain")]
    assert (await owner.get(f"{REQUESTS}/{made['id']}")).json()["mail"] == "sent"


async def test_what_is_not_urgent_is_answered_within_a_day(owner: Browser, time_machine: TimeMachine) -> None:
    made = await write(owner)
    assert (took(made), made["overdue"], made["status"]) == (timedelta(hours=24), False, "open")
    await time_machine.advance(timedelta(hours=11))
    await owner.get("/v1/me")
    await time_machine.advance(timedelta(hours=11))
    await owner.get("/v1/me")
    await time_machine.advance(timedelta(hours=2, seconds=1))
    (seen,) = (await owner.get(REQUESTS)).json()["data"]
    assert seen["overdue"] is True


async def test_a_bundle_goes_along(runtime: Runtime, owner: Browser) -> None:
    bundle = (await owner.post("/v1/diagnostics/support-bundle", {})).json()
    await write(owner, bundle_id=bundle["id"])
    (mail,) = await mails(runtime, DESK)
    (packed,) = mail.iter_attachments()
    assert packed.get_content_type() == "application/zip"
    stranger = await owner.post(REQUESTS, {"description": "x", "bundle_id": "sup_" + "0" * 32})
    assert (stranger.status_code, stranger.json()["errors"][0]["pointer"]) == (422, "#/bundle_id")


@pytest.mark.parametrize(
    ("attachments", "code"),
    [
        ([file("run.exe", b"MZ\x90\x00")], "file_type"),
        ([file("empty.txt", b"")], "file_type"),
        ([file("big.txt", b"x" * (5 * 2**20 + 1))], "file_too_large"),
        ([file("a.txt", b"x" * 3_600_000)] * 3, "files_too_large"),
    ],
)
async def test_files_that_are_refused(owner: Browser, attachments: list[dict[str, str]], code: str) -> None:
    answer = await owner.post(REQUESTS, {"description": "x", "attachments": attachments})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"].startswith("#/attachments")


async def test_a_body_that_is_too_large_is_not_read_to_its_end(owner: Browser) -> None:
    answer = await owner.post(REQUESTS, {"description": "x", "attachments": [file("a.txt", b"x" * (13 * 2**20))]})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    elsewhere = await owner.post("/v1/invitations", {"email": "x" * 2**20})
    assert elsewhere.status_code == 413


async def test_a_file_comes_back_as_a_download_and_nothing_else(owner: Browser) -> None:
    made = await write(owner, attachments=[file("../page.html", b"<script>alert(1)</script>")])
    (kept,) = made["attachments"]
    assert (kept["name"], kept["media_type"]) == ("page.html.txt", "text/plain")
    got = await owner.get(f"{REQUESTS}/{made['id']}/attachments/{kept['id']}")
    assert got.content == b"<script>alert(1)</script>"
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == "attachment; filename*=utf-8''page.html.txt"
    assert got.headers["x-content-type-options"] == "nosniff"


async def test_others_see_nothing_of_it(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    member = await join(runtime, owner, new_client)
    made = await write(member, attachments=[file()])
    stranger = await sign_up(new_client(), "stranger@example.com", "Elsewhere")
    for other in (owner, stranger):
        assert (await other.get(REQUESTS)).json()["data"] == []
        for path in ("", "/close", f"/attachments/{made['attachments'][0]['id']}"):
            call = other.post if path == "/close" else other.get
            assert (await call(f"{REQUESTS}/{made['id']}{path}")).status_code == 404


async def test_it_is_closed_by_whoever_wrote_it_and_answered_by_the_operator(runtime: Runtime, owner: Browser) -> None:
    first, second = await write(owner), await write(owner, urgency="security")
    assert (await owner.get("/v1/diagnostics/instance/support-requests")).status_code == 403
    async with unit_of_work(runtime.sessions) as tx:
        await make_operator(tx, "owner@example.com")
    listed = (await owner.get("/v1/diagnostics/instance/support-requests")).json()
    assert [one["reference"] for one in listed] == [second["reference"], first["reference"]]
    answered = f"/v1/diagnostics/instance/support-requests/{second['reference']}/answered"
    assert (await owner.post(answered)).status_code == 204
    assert (await owner.post(answered)).status_code == 404
    assert (await owner.get(f"{REQUESTS}/{second['id']}")).json()["status"] == "answered"
    for _ in range(2):
        assert (await owner.post(f"{REQUESTS}/{first['id']}/close")).json()["status"] == "closed"
    assert [one.action for one in await audit_rows(runtime, owner)].count("support_request.created") == 2


class Refusing:
    """A relay that is out of order."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.tried = 0

    async def send(self, mail: Any) -> None:
        if DESK in mail.recipients:
            self.tried += 1
            if self.error:
                raise self.error


@pytest.mark.parametrize("error", [MailRefused("451"), MailUnknown("lost")])
async def test_a_relay_that_is_down_loses_nothing(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine, error: Exception
) -> None:
    relay = Refusing(error)
    object.__setattr__(runtime, "mailer", relay)
    made = await write(owner)
    for _ in range(3):
        await drain(runtime)
        await time_machine.advance(timedelta(minutes=20))
    relay.error = None
    await drain(runtime)
    assert relay.tried >= 3
    assert (await owner.get(f"{REQUESTS}/{made['id']}")).json()["mail"] == "sent"


async def test_anybody_reaches_support_without_signing_in(runtime: Runtime, new_client: NewClient) -> None:
    body = {"email": "lost@example.com", "description": "I cannot sign in.", "attachments": [file()]}
    answer = await new_client().post("/v1/support/contact", json=body)
    assert answer.status_code == 202, answer.text
    assert set(answer.json()) == {"reference", "due_at", "urgent"}
    (mail,) = await mails(runtime, DESK)
    assert (mail["Reply-To"], "not signed in" in words(mail)) == ("lost@example.com", True)
    assert len(list(mail.iter_attachments())) == 1


async def test_the_public_form_is_for_five_an_hour_and_tells_nothing_of_accounts(
    owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    answers = []
    for number in range(6):
        email = "owner@example.com" if number % 2 else "nobody@example.com"
        body = {"email": email, "description": "Help"}
        answers.append(await new_client().post("/v1/support/contact", json=body))
    assert [one.status_code for one in answers] == [202] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert len({tuple(sorted(one.json())) for one in answers[:5]}) == 1
    await time_machine.advance(timedelta(hours=1, seconds=1))
    assert (await new_client().post("/v1/support/contact", json=body)).status_code == 202


async def test_only_security_is_urgent_for_somebody_unknown(new_client: NewClient) -> None:
    body = {"email": "lost@example.com", "description": "Help"}
    refused = await new_client().post("/v1/support/contact", json=body | {"urgency": "sending_blocked"})
    assert refused.status_code == 422
    taken = await new_client().post("/v1/support/contact", json=body | {"urgency": "security"})
    assert taken.json()["urgent"] is True


async def test_what_came_from_nobody_is_in_no_organization(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    body = {"email": "owner@example.com", "description": "Help", "attachments": [file()]}
    await new_client().post("/v1/support/contact", json=body)
    assert (await owner.get(REQUESTS)).json()["data"] == []
    for model in (SupportRequest, SupportAttachment):
        async with reader(runtime.sessions, owner.org_id) as tx:
            assert await tx.session.scalar(select(func.count()).select_from(model)) == 0
        async with reader(runtime.sessions) as tx:
            assert await tx.session.scalar(select(func.count()).select_from(model)) == 1


async def test_how_to_reach_support_is_public(new_client: NewClient) -> None:
    told = (await new_client().get("/v1/support")).json()
    assert (told["address"], told["chat_url"]) == (DESK, None)
    assert (told["answer_within_hours"], told["urgent_answer_within_hours"]) == (24, 4)
    assert (told["zone"], told["opens"], told["closes"]) == ("America/New_York", "09:00", "18:00")
    assert told["zone_abbreviation"] in ("EST", "EDT")
    assert [one["code"] for one in told["urgencies"]] == ["sending_blocked", "data_wrong_or_lost", "security"]


async def test_a_person_writes_twenty_an_hour(owner: Browser, time_machine: TimeMachine) -> None:
    for _ in range(20):
        await write(owner)
    refused = await owner.post(REQUESTS, {"description": "Help"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    await time_machine.advance(timedelta(hours=1, seconds=1))
    await write(owner)
