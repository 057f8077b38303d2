import asyncio
import base64
from typing import Any

import pytest

from tests.sandbox.microsoft import FIRST, ME, SECOND, connect, letter
from tests.sandbox.steps import Tokens

MIME = b"From: admin@harbor-books.test\r\nTo: admin@juniper-outdoor.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n" \
    b"Message-ID: <one@harbor-books.test>\r\nList-Unsubscribe: <https://x.test/u>\r\n\r\nHello\r\n"  # fmt: skip
DELTA = f"{ME}/mailFolders/inbox/messages/delta"
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}


@pytest.fixture
async def mine(http) -> Tokens:
    return await connect(http)


@pytest.fixture
async def theirs(http) -> Tokens:
    return await connect(http, SECOND)


async def listed(http, tokens: Tokens, folder: str, **query: str) -> list[dict[str, Any]]:
    answer = await http.get(f"{ME}/mailFolders/{folder}/messages", headers=tokens.headers, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


async def arrive(http, subject: str, account: str = FIRST) -> None:
    raw = f"From: a@b.test\r\nTo: c@d.test\r\nSubject: {subject}\r\n\r\nText\r\n"
    await http.post(f"/_sandbox/accounts/microsoft/{account}/messages", json={"raw": raw})


async def walk(http, tokens: Tokens, url: str, **headers: str) -> tuple[list[dict[str, Any]], str]:
    found: list[dict[str, Any]] = []
    while True:
        answer = await http.get(url, headers={**tokens.headers, **headers})
        assert answer.status_code == 200, answer.text
        found += answer.json()["value"]
        if link := answer.json().get("@odata.deltaLink"):
            return found, link
        url = answer.json()["@odata.nextLink"]


async def test_send_mail_answers_nothing_and_keeps_a_copy(http, mine, theirs):
    body = {"message": letter(bccRecipients=[{"emailAddress": {"address": "admin@harbor-books.test"}}])}
    answer = await http.post(f"{ME}/sendMail", json=body, headers=mine.headers)
    assert (answer.status_code, answer.content) == (202, b"")
    (sent,), (got,) = await listed(http, mine, "sentitems"), await listed(http, theirs, "inbox")
    assert sent["internetMessageId"] == got["internetMessageId"]
    assert (got["subject"], got["bodyPreview"], got["body"]["contentType"]) == ("Hello", "Good day", "html")
    assert (got["isRead"], got["bccRecipients"]) == (False, [])
    assert len(await listed(http, mine, "inbox")) == 1
    await http.post(f"{ME}/sendMail", json={**body, "saveToSentItems": "false"}, headers=mine.headers)
    assert len(await listed(http, mine, "sentitems")) == 1


async def test_mime_goes_out_as_it_is(http, mine, theirs):
    headers = {**mine.headers, "Content-Type": "text/plain"}
    answer = await http.post(f"{ME}/sendMail", content=base64.b64encode(MIME), headers=headers)
    assert answer.status_code == 202
    (got,) = await listed(http, theirs, "inbox", **{"$select": "subject,internetMessageHeaders,internetMessageId"})
    assert (got["subject"], got["internetMessageId"]) == ("Grüße", "<one@harbor-books.test>")
    assert {"name": "List-Unsubscribe", "value": "<https://x.test/u>"} in got["internetMessageHeaders"]
    whole = await http.get(f"{ME}/messages/{got['id']}/$value", headers=theirs.headers)
    assert whole.content.endswith(b"\r\n\r\nHello\r\n")
    broken = await http.post(f"{ME}/sendMail", content=b"not base64!", headers=headers)
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "ErrorMimeContentInvalidBase64String")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (letter(toRecipients=[]), "ErrorInvalidRecipients"),
        (letter(toRecipients=[{"emailAddress": {"address": "nobody"}}]), "ErrorInvalidRecipients"),
        (letter(internetMessageHeaders=[{"name": "List-Id", "value": "x"}]), "InvalidInternetMessageHeader"),
    ],
)
async def test_bad_messages(http, mine, message, code):
    answer = await http.post(f"{ME}/sendMail", json={"message": message}, headers=mine.headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code)
    assert error["innerError"]["request-id"] == answer.headers["request-id"]


async def test_a_draft_has_ids_and_is_found_after_sending_by_its_immutable_one(http, mine, theirs):
    headers = {**mine.headers, **IMMUTABLE}
    draft = await http.post(f"{ME}/messages", json=letter(), headers=headers)
    assert (draft.status_code, draft.json()["isDraft"]) == (201, True)
    common = (await listed(http, mine, "drafts"))[0]["id"]
    assert (await http.post(f"{ME}/messages/{draft.json()['id']}/send", headers=mine.headers)).status_code == 202
    kept = await http.get(f"{ME}/messages/{draft.json()['id']}", headers=headers)
    assert (kept.json()["isDraft"], kept.json()["id"]) == (False, draft.json()["id"])
    gone = await http.get(f"{ME}/messages/{common}", headers=mine.headers)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "ErrorItemNotFound")
    (got,) = await listed(http, theirs, "inbox")
    wanted = f"internetMessageId eq '{got['internetMessageId']}'"
    found = await http.get(f"{ME}/messages", params={"$filter": wanted}, headers=mine.headers)
    assert [m["subject"] for m in found.json()["value"]] == ["Hello"]


async def test_drafts_may_be_mime_and_be_changed(http, mine):
    headers = {**mine.headers, "Content-Type": "text/plain"}
    draft = (await http.post(f"{ME}/messages", content=base64.b64encode(MIME), headers=headers)).json()
    told = await http.patch(f"{ME}/messages/{draft['id']}", json={"subject": "Other"}, headers=mine.headers)
    assert told.json()["subject"] == "Other"
    assert (await http.delete(f"{ME}/messages/{draft['id']}", headers=mine.headers)).status_code == 204
    assert [m["subject"] for m in await listed(http, mine, "deleteditems")] == ["Other"]


async def test_pages_filters_and_counts(http, mine):
    for number in range(25):
        await arrive(http, f"Number {number}")
    answer = (await http.get(f"{ME}/messages", params={"$count": "true"}, headers=mine.headers)).json()
    assert (answer["@odata.count"], len(answer["value"])) == (25, 10)
    following = (await http.get(answer["@odata.nextLink"], headers=mine.headers)).json()
    assert following["value"][0]["subject"] == "Number 14"
    bad = await http.get(f"{ME}/messages", params={"$filter": "startswith(subject,'N')"}, headers=mine.headers)
    assert bad.json()["error"]["code"] == "ErrorInvalidUrlQueryFilter"
    folder = (await http.get(f"{ME}/mailFolders/inbox", headers=mine.headers)).json()
    assert (folder["totalItemCount"], folder["unreadItemCount"]) == (25, 25)
    assert len(await listed(http, mine, folder["id"], **{"$top": "50"})) == 25


@pytest.mark.parametrize("form", [DELTA, f"{ME}/mailFolders('inbox')/messages/delta", f"{DELTA}()"])
async def test_delta_tells_everything_once_and_then_what_changed(http, mine, form):
    for number in range(5):
        await arrive(http, f"Number {number}")
    first, link = await walk(http, mine, f"{form}?$select=subject", Prefer="odata.maxpagesize=2")
    assert [m["subject"] for m in first] == [f"Number {n}" for n in range(5)]
    assert set(first[0]) == {"@odata.type", "@odata.etag", "id", "subject"}
    assert (await walk(http, mine, link))[0] == []
    await arrive(http, "Number 5")
    await http.patch(f"{ME}/messages/{first[0]['id']}", json={"isRead": True}, headers=mine.headers)
    await http.delete(f"{ME}/messages/{first[1]['id']}", headers=mine.headers)
    changed, link = await walk(http, mine, link)
    told = {m["id"]: m.get("subject", m.get("@removed")) for m in changed}
    assert told.pop(first[1]["id"]) == {"reason": "deleted"}
    assert sorted(map(str, told.values())) == ["Number 0", "Number 5"]
    assert (await walk(http, mine, link))[0] == []


async def test_an_old_or_unknown_state_wants_everything_anew(http, mine, wall):
    _, link = await walk(http, mine, DELTA)
    wall.now += 3000
    unknown = await http.get(f"{DELTA}?$deltatoken=nothing", headers=mine.headers)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (410, "syncStateNotFound")
    wall.now += 31 * 86_400
    again = await connect(http)
    old = await http.get(link, headers=again.headers)
    assert (old.status_code, old.json()["error"]["code"]) == (410, "resyncRequired")


async def test_permissions(http):
    poor = await connect(http, scope="openid offline_access Mail.ReadBasic")
    me = await http.get(ME, headers=poor.headers)
    assert (me.status_code, me.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert await listed(http, poor, "inbox") == []
    refused = await http.post(f"{ME}/sendMail", json={"message": letter()}, headers=poor.headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ErrorAccessDenied")


async def test_users_other_than_oneself(http, mine):
    for name, status in (("me-token-to-replace", 200), (FIRST.partition(":")[2], 200), ("somebody@else.test", 403)):
        assert (await http.get(f"/microsoft/v1.0/users/{name}", headers=mine.headers)).status_code == status


async def test_tokens_that_are_none(http, mine, wall):
    for headers, said in (
        ({}, "Access token is empty."),
        ({"Authorization": "Bearer nonsense"}, "Access token validation failure."),
    ):
        answer = await http.get(ME, headers=headers)
        assert (answer.status_code, answer.json()["error"]["message"]) == (401, said)
    wall.now += 5401
    late = await http.get(ME, headers=mine.headers)
    assert late.json()["error"]["message"] == "Lifetime validation failed, the token is expired."
    assert late.headers["www-authenticate"].startswith("Bearer")


async def test_the_mailbox_quota(http, control, mine):
    await control.break_("microsoft", FIRST, "quota", limit=3)
    answers = [await http.get(ME, headers=mine.headers) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["error"]["code"] == "ApplicationThrottled"
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_four_requests_at_a_time(http, control, mine):
    await control.break_("microsoft", FIRST, "slow", ms=300)
    answers = await asyncio.gather(*(http.get(ME, headers=mine.headers) for _ in range(6)))
    assert sorted(a.status_code for a in answers) == [200] * 4 + [429] * 2
    refused = next(a for a in answers if a.status_code == 429)
    assert "MailboxConcurrency" in refused.json()["error"]["message"]


async def test_real_host_names(http, mine):
    answer = await http.get("/v1.0/me", headers={**mine.headers, "Host": "graph.microsoft.com"})
    assert answer.status_code == 200
