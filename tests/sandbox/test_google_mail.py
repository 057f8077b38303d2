import base64
import json
from email import message_from_bytes
from typing import Any

import httpx
import pytest

from tests.sandbox.google_steps import (
    ACCOUNT,
    AUTH,
    COMPOSE,
    MAIL,
    ME,
    METADATA,
    OTHER,
    READONLY,
    SEND,
    Tokens,
    connect,
    letter,
    raw,
    send,
)  # fmt: skip

SIGN_IN = "openid email"


async def ask(http: httpx.AsyncClient, tokens: Tokens, path: str, method: str = "GET", **kwargs: Any) -> httpx.Response:
    return await http.request(method, f"{ME}{path}", headers=tokens.headers, **kwargs)


def unpacked(answer: httpx.Response) -> bytes:
    return base64.urlsafe_b64decode(answer.json()["raw"])


async def test_a_sent_message_is_in_the_box_with_an_id_of_gmails(http):
    tokens = await connect(http)
    before = (await ask(http, tokens, "/profile")).json()
    assert isinstance(before["historyId"], str)
    sent = await send(http, tokens, letter(Bcc="eve@hidden.test", Message_ID="<mine@here.test>"))
    assert (sent.status_code, sent.json()["labelIds"]) == (200, ["SENT"])
    kept = message_from_bytes(unpacked(await ask(http, tokens, f"/messages/{sent.json()['id']}?format=raw")))
    assert (kept["Bcc"], kept["X-Google-Original-Message-ID"]) == (None, "<mine@here.test>")
    assert kept["Message-ID"].endswith("@mail.gmail.com>")
    assert before["emailAddress"] in kept["From"]
    asked = {"format": "metadata", "metadataHeaders": ["Message-ID", "To"]}
    shown = (await ask(http, tokens, f"/messages/{sent.json()['id']}", params=asked)).json()
    assert {h["name"] for h in shown["payload"]["headers"]} == {"Message-ID", "To"}
    found = await ask(http, tokens, "/messages", params={"q": f"rfc822msgid:{kept['Message-ID']}"})
    assert [m["id"] for m in found.json()["messages"]] == [sent.json()["id"]]
    after = (await ask(http, tokens, "/profile")).json()
    assert (int(after["historyId"]) > int(before["historyId"]), after["messagesTotal"]) == (True, 1)


async def test_what_left_is_told_beside_the_providers_door(http):
    tokens = await connect(http)
    await send(http, tokens, letter(Subject="Told"))
    path = f"/_sandbox/accounts/google/{ACCOUNT}/messages"
    (sent,) = (await http.get(path, params={"folder": "Sent"})).json()["messages"]
    assert "Subject: Told" in sent["raw"]
    assert (await http.get(path)).json() == {"messages": []}


async def test_mail_to_another_account_arrives(http):
    tokens, other = await connect(http), await connect(http, account=OTHER)
    address = (await ask(http, other, "/profile")).json()["emailAddress"]
    await send(http, tokens, letter(address))
    (arrived,) = (await ask(http, other, "/messages?labelIds=INBOX&labelIds=UNREAD")).json()["messages"]
    full = (await ask(http, other, f"/messages/{arrived['id']}")).json()
    assert full["snippet"] == "Dear reader"
    assert base64.urlsafe_b64decode(full["payload"]["body"]["data"]) == b"Dear reader\r\n"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "'raw'"),
        ({"raw": "%%%"}, "'raw'"),
        ({"raw": raw(b"Subject: x\r\n\r\nno one")}, "Recipient address required"),
        ({"raw": raw(letter("nobody"))}, "Invalid To header"),
    ],
)
async def test_messages_that_gmail_does_not_take(http, body, words):
    answer = await ask(http, await connect(http), "/messages/send", "POST", json=body)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert words in answer.json()["error"]["message"]


async def test_replies_stay_in_their_thread(http):
    tokens = await connect(http)
    first = (await send(http, tokens)).json()
    second = (await send(http, tokens, threadId=first["threadId"])).json()
    assert second["threadId"] == first["threadId"]
    assert (await send(http, tokens, threadId="123")).status_code == 404
    assert (await ask(http, tokens, "/profile")).json()["threadsTotal"] == 1


async def test_uploads(http):
    tokens = await connect(http)
    url = "/google/upload/gmail/v1/users/me/messages/send"
    plain = {**tokens.headers, "content-type": "message/rfc822"}
    assert (await http.post(f"{url}?uploadType=media", content=letter(), headers=plain)).status_code == 200
    parts = b"--b\ncontent-type: application/json\n\n{}\n--b\ncontent-type: message/rfc822\n\n" + letter() + b"\n--b--"
    both = {**tokens.headers, "content-type": 'multipart/related; boundary="b"'}
    answer = await http.post(f"{url}?uploadType=multipart", content=parts, headers=both)
    assert answer.status_code == 200, answer.text
    kept = await ask(http, tokens, f"/messages/{answer.json()['id']}?format=raw")
    assert unpacked(kept).endswith(b"\r\n\r\nDear reader\r\n")
    wrong = await http.post(url, content=b"x", headers={**tokens.headers, "content-type": "text/plain"})
    assert wrong.status_code == 400


async def test_the_life_of_a_draft(http):
    tokens = await connect(http)
    draft = (await ask(http, tokens, "/drafts", "POST", json={"message": {"raw": raw(letter())}})).json()
    assert draft["message"]["labelIds"] == ["DRAFT"]
    changed = {"message": {"raw": raw(letter(subject="Better"))}}
    again = (await ask(http, tokens, f"/drafts/{draft['id']}", "PUT", json=changed)).json()
    assert (again["id"], again["message"]["id"] != draft["message"]["id"]) == (draft["id"], True)
    shown = (await ask(http, tokens, f"/drafts/{draft['id']}")).json()["message"]
    assert {"name": "Subject", "value": "Better"} in shown["payload"]["headers"]
    sent = await ask(http, tokens, "/drafts/send", "POST", json={"id": draft["id"]})
    assert sent.json()["labelIds"] == ["SENT"]
    assert "drafts" not in (await ask(http, tokens, "/drafts")).json()
    assert (await ask(http, tokens, f"/drafts/{draft['id']}", "DELETE")).status_code == 404
    other = (await ask(http, tokens, "/drafts", "POST", json={"message": {"raw": raw(letter())}})).json()
    assert (await ask(http, tokens, f"/drafts/{other['id']}", "DELETE")).status_code == 204


async def test_history_tells_what_changed_until_it_is_forgotten(http, wall):
    tokens = await connect(http)
    start = (await ask(http, tokens, "/profile")).json()["historyId"]
    sent = (await send(http, tokens)).json()["id"]
    await ask(http, tokens, f"/messages/{sent}/trash", "POST")
    await ask(http, tokens, f"/messages/{sent}", "DELETE")
    told = (await ask(http, tokens, f"/history?startHistoryId={start}")).json()
    kinds = [next(k for k in record if k not in ("id", "messages")) for record in told["history"]]
    assert kinds == ["messagesAdded", "labelsAdded", "messagesDeleted"]
    first = (await ask(http, tokens, f"/history?startHistoryId={start}&maxResults=1")).json()
    rest = await ask(http, tokens, f"/history?startHistoryId={start}&pageToken={first['nextPageToken']}")
    assert first["history"] + rest.json()["history"] == told["history"]
    only = await ask(http, tokens, f"/history?startHistoryId={start}&historyTypes=messageAdded")
    assert len(only.json()["history"]) == 1
    assert "history" not in (await ask(http, tokens, f"/history?startHistoryId={told['historyId']}")).json()
    wall.now += 8 * 86_400
    tokens = await connect(http)
    late = await ask(http, tokens, f"/history?startHistoryId={start}")
    assert (late.status_code, late.json()["error"]["errors"][0]["reason"]) == (404, "notFound")


async def test_labels_flags_and_senders(http):
    tokens = await connect(http)
    sent = (await send(http, tokens)).json()["id"]
    changed = await ask(http, tokens, f"/messages/{sent}/modify", "POST", json={"addLabelIds": ["STARRED", "UNREAD"]})
    assert "STARRED" in changed.json()["labelIds"]
    made = (await ask(http, tokens, "/labels", "POST", json={"name": "Receipts"})).json()
    assert (await ask(http, tokens, "/labels", "POST", json={"name": "Receipts"})).status_code == 409
    await ask(http, tokens, f"/messages/{sent}/modify", "POST", json={"addLabelIds": [made["id"]]})
    assert (await ask(http, tokens, f"/labels/{made['id']}")).json()["messagesTotal"] == 1
    (own,) = (await ask(http, tokens, "/settings/sendAs")).json()["sendAs"]
    assert own["isPrimary"]
    assert (await ask(http, tokens, f"/settings/sendAs/{own['sendAsEmail']}")).json() == own


WHO_MAY = {
    "/profile": {COMPOSE, READONLY, METADATA, MAIL},
    "/messages": {READONLY, METADATA, MAIL},
    "/history?startHistoryId=1": {READONLY, METADATA, MAIL},
    "/drafts": {COMPOSE, READONLY, MAIL},
    "/labels": {READONLY, METADATA, MAIL, f"{AUTH}gmail.labels"},
    "/settings/sendAs": {READONLY, MAIL, f"{AUTH}gmail.settings.basic"},
}


@pytest.mark.parametrize("scope", [SEND, COMPOSE, READONLY, METADATA, MAIL, f"{AUTH}gmail.labels"])
async def test_every_method_asks_for_its_scopes(http, scope):
    tokens = await connect(http, f"{SIGN_IN} {scope}")
    for path, fitting in WHO_MAY.items():
        answer = await ask(http, tokens, path)
        assert answer.status_code == (200 if scope in fitting else 403), path
    sent = await send(http, tokens)
    assert sent.status_code == (200 if scope in (SEND, COMPOSE, MAIL) else 403)


async def test_the_words_of_a_missing_scope(http):
    answer = await ask(http, await connect(http, f"{SIGN_IN} {SEND}"), "/profile")
    error = answer.json()["error"]
    assert (error["errors"][0]["reason"], error["status"]) == ("insufficientPermissions", "PERMISSION_DENIED")
    assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert READONLY in answer.headers["www-authenticate"]


async def test_metadata_shows_no_bodies(http):
    tokens, whole = await connect(http, f"{SIGN_IN} {METADATA}"), await connect(http)
    sent = (await send(http, whole)).json()["id"]
    assert (await ask(http, tokens, f"/messages/{sent}?format=full")).status_code == 403
    assert (await ask(http, tokens, f"/messages/{sent}?format=metadata")).status_code == 200
    assert (await ask(http, tokens, "/messages?q=hello")).status_code == 403


async def test_nobody_elses_mail(http):
    tokens, other = await connect(http), await connect(http, account=OTHER)
    address = (await ask(http, other, "/profile")).json()["emailAddress"]
    path = f"/google/gmail/v1/users/{address}/profile"
    assert (await http.get(path, headers=other.headers)).status_code == 200
    assert (await http.get(path, headers=tokens.headers)).status_code == 403


async def test_units_per_minute(http, wall):
    tokens = await connect(http)
    for _ in range(60):
        assert (await send(http, tokens)).status_code == 200
    full = await ask(http, tokens, "/profile")
    assert (full.status_code, full.json()["error"]["errors"][0]["reason"]) == (429, "rateLimitExceeded")
    assert "Retry after 2026-" in full.json()["error"]["message"]
    wall.now += 61
    assert (await ask(http, tokens, "/profile")).status_code == 200


async def test_two_thousand_messages_a_day(http, wall):
    tokens = await connect(http)
    for n in range(2000):
        if n % 50 == 0:
            wall.now += 61
        if wall.now % 3000 < 61:
            tokens = await connect(http)
        assert (await send(http, tokens)).status_code == 200
    wall.now += 61
    assert "(Mail sending)" in (await send(http, await connect(http))).json()["error"]["message"]


async def test_watches(http, control, wall):
    tokens = await connect(http)
    bad = await ask(http, tokens, "/watch", "POST", json={"topicName": "mail"})
    assert bad.status_code == 400
    topic = {"topic": "projects/p/topics/mail", "url": "http://app.test/hooks/google-pubsub", "audience": "our-app"}
    assert (await http.put("/_sandbox/google/pubsub", json=topic)).status_code == 204
    begun = (await ask(http, tokens, "/watch", "POST", json={"topicName": topic["topic"]})).json()
    assert int(begun["expiration"]) / 1000 == wall.now + 7 * 86_400
    assert len(await pushed(http)) == 1
    wall.now += 2
    await send(http, tokens)
    *_, last = await pushed(http)
    told = json.loads(base64.b64decode(json.loads(last["body"])["message"]["data"]))
    assert set(told) == {"emailAddress", "historyId"}
    await send(http, tokens)  # within the same second
    assert len(await pushed(http)) == 2
    wall.now += 2
    assert (await ask(http, tokens, "/stop", "POST")).status_code == 204
    await send(http, tokens)
    assert len(await pushed(http)) == 2
    await ask(http, tokens, "/watch", "POST", json={"topicName": topic["topic"], "labelIds": ["INBOX"]})
    wall.now += 2
    await send(http, tokens)
    await control.break_("google", ACCOUNT, "revoke")
    assert len(await pushed(http)) == 3


async def pushed(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await http.get("/_sandbox/webhooks/deliveries?provider=google")).json()["deliveries"]
    return [one for one in found if one["topic"] == "gmail"]
