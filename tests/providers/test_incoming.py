"""How each mailbox is paged, and what is made of answers that are not as they should be."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from mailwarden.core.http import TOO_LARGE
from mailwarden.providers.base import Evidence, ObjectGone, Rejected, Unavailable
from mailwarden.providers.incoming import MOST_BYTES, header_lines
from mailwarden.providers.incoming_google import GmailReader
from mailwarden.providers.incoming_keap import records, standings
from mailwarden.providers.incoming_microsoft import GraphReader

SINCE = datetime(2026, 11, 20, 12, tzinfo=UTC)
ME = "/gmail/v1/users/me"
Answer = Callable[[Mapping[str, Any]], Any]


def said(message: str = "", status: int | None = 404) -> Evidence:
    return Evidence(None, "api", "GET", "/x", "host", status, None, message)


class FakeApi:
    """Answers by path; what is asked is kept."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = answers
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        self.asked.append((path, params or {}))
        answer = self.answers[path]
        found = answer(params or {}) if callable(answer) else answer
        if isinstance(found, Exception):
            raise found
        return found

    async def get_bytes(self, path: str, params: Mapping[str, Any] | None = None) -> bytes:
        found: bytes = await self.get(path, params)
        return found


def api(answers: dict[str, Any]) -> Any:
    made = FakeApi()
    made.answers = answers
    return made


def gmail_mail(key: str, *labels: str, raw: bytes = b"Subject: x\r\n\r\nbody", **headers: str) -> Answer:
    pairs = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    head = {"id": key, "labelIds": list(labels), "internalDate": "1795305218000", "payload": {"headers": pairs}}
    whole = {"id": key, "raw": base64.urlsafe_b64encode(raw).decode().rstrip("=")}
    return lambda asked: whole if asked["format"] == "raw" else head


def added(*keys: str, labels: tuple[str, ...] = ("INBOX",)) -> list[dict[str, Any]]:
    return [{"id": "1", "messagesAdded": [{"message": {"id": key, "labelIds": list(labels)}}]} for key in keys]


def never(_: bytes) -> bool:
    return False


async def test_gmail_begins_with_a_listing_and_goes_on_with_the_history():
    pages: list[Any] = [
        {"messages": [{"id": "a"}], "nextPageToken": "p2"},
        {"messages": [{"id": "b"}]},
    ]
    fake = api(
        {
            f"{ME}/profile": {"emailAddress": "me@x.test", "historyId": "70"},
            f"{ME}/messages": lambda _: pages.pop(0),
            f"{ME}/messages/a": gmail_mail("a", "INBOX", Subject="A"),
            f"{ME}/messages/b": gmail_mail("b", "SPAM", Subject="B"),
            f"{ME}/history": {"historyId": "90"},
        }
    )
    first = await GmailReader(fake).page(None, SINCE, never)
    assert (first.more, [one.key for one in first.mails]) == (True, ["a"])
    assert first.mails[0].raw == b"Subject: A\r\n\r\n"
    assert first.mails[0].at == datetime(2026, 11, 21, 23, 53, 38, tzinfo=UTC)
    second = await GmailReader(fake).page(first.cursor, SINCE, never)
    assert (second.more, second.cursor, [one.key for one in second.mails]) == (False, {"history": "70"}, ["b"])
    third = await GmailReader(fake).page(second.cursor, SINCE, never)
    assert (third.more, third.cursor, third.lost) == (False, {"history": "90"}, False)
    listing = next(asked for path, asked in fake.asked if path == f"{ME}/messages")
    assert listing["q"] == f"after:{int(SINCE.timestamp())} -in:sent -in:drafts"
    assert all(asked.get("format") != "raw" for _, asked in fake.asked)


async def test_gmail_gives_the_body_of_what_is_wanted_and_leaves_out_our_own():
    raw = b"Subject: bounce\r\n\r\n" + b"x" * MOST_BYTES
    fake = api(
        {
            f"{ME}/history": {"history": added("a", "gone") + added("s", labels=("SENT",)), "historyId": "8"},
            f"{ME}/messages/a": gmail_mail("a", "INBOX", raw=raw, From="MAILER-DAEMON@x.test"),
            f"{ME}/messages/gone": ObjectGone(said()),
        }
    )
    found = await GmailReader(fake).page({"history": "7"}, SINCE, lambda head: b"MAILER-DAEMON" in head)
    assert [one.key for one in found.mails] == ["a"]
    assert found.mails[0].raw == raw[: len(found.mails[0].raw)]
    assert MOST_BYTES - 4 <= len(found.mails[0].raw) <= MOST_BYTES


async def test_gmail_forgot_the_history():
    fake = api(
        {
            f"{ME}/history": ObjectGone(said()),
            f"{ME}/profile": {"emailAddress": "me@x.test", "historyId": "900"},
            f"{ME}/messages": {},
        }
    )
    found = await GmailReader(fake).page({"history": "7"}, SINCE, never)
    assert (found.lost, found.more, found.cursor) == (True, False, {"history": "900"})


async def test_an_old_page_token_of_gmail_is_done_without():
    fake = api({f"{ME}/history": lambda asked: Rejected(said()) if "pageToken" in asked else {"historyId": "9"}})
    found = await GmailReader(fake).page({"history": "7", "page": "old"}, SINCE, never)
    assert (found.cursor, found.more) == ({"history": "9"}, False)


async def test_a_listing_of_gmail_whose_page_token_is_too_old_begins_anew():
    """Otherwise nothing of that mailbox would ever be read again."""
    page = {"messages": [{"id": "a"}], "nextPageToken": "p2"}
    fake = api(
        {
            f"{ME}/messages": lambda asked: Rejected(said()) if "pageToken" in asked else page,
            f"{ME}/messages/a": gmail_mail("a", "INBOX"),
        }
    )
    found = await GmailReader(fake).page({"history": "7", "since": 1, "page": "old"}, SINCE, never)
    assert [one.key for one in found.mails] == ["a"]
    assert (found.more, found.cursor["page"], found.cursor["history"]) == (True, "p2", "7")


@pytest.mark.parametrize("labels", [None, "INBOX", [1], [], ["INBOX", "SENT"]])
async def test_labels_that_gmail_garbles(labels):
    fake = api(
        {
            f"{ME}/history": {"history": [{"messagesAdded": [{"message": {"id": "a", "labelIds": labels}}]}]},
            f"{ME}/messages/a": {"id": "a", "labelIds": labels, "internalDate": "soon", "payload": None},
        }
    )
    found = await GmailReader(fake).page({"history": "7"}, SINCE, never)
    assert [(one.key, one.at, one.raw) for one in found.mails] == [("a", None, b"\r\n")]
    assert found.cursor == {"history": "7"}


async def test_a_raw_message_that_is_no_base64():
    fake = api({f"{ME}/history": {"history": added("a")}, f"{ME}/messages/a": lambda _: {"id": "a", "raw": "é" * 9}})
    with pytest.raises(Unavailable):
        await GmailReader(fake).page({"history": "7"}, SINCE, lambda _: True)


DELTA = "/v1.0/me/mailFolders/{}/messages/delta"
LINK = "https://graph.microsoft.com/x?"


def graph(answers: dict[str, Any]) -> Any:
    empty = {"value": [], "@odata.deltaLink": f"{LINK}$deltatoken=J1"}
    return api({DELTA.format("junkemail"): empty, **answers})


async def test_graph_reads_inbox_and_junk_by_turns():
    pages: list[Any] = [
        {"value": [{"id": "a"}], "@odata.nextLink": f"{LINK}$skiptoken=S1"},
        {"value": [{"id": "b"}, {"id": "c", "@removed": {}}], "@odata.deltaLink": f"{LINK}$deltatoken=D1"},
        {"value": [], "@odata.deltaLink": f"{LINK}$deltatoken=D2"},
    ]
    mail = {"receivedDateTime": "2026-11-21T10:00:00Z", "subject": "Hi", "internetMessageId": "<a@b.test>"}
    fake = graph(
        {
            DELTA.format("inbox"): lambda _: pages.pop(0),
            "/v1.0/me/messages/a": {**mail, "internetMessageHeaders": [{"name": "Message-ID", "value": "<z@b.test>"}]},
            "/v1.0/me/messages/b": mail,
        }
    )
    reader, cursor, keys = GraphReader(fake), None, []
    for more in (True, True, False):
        found = await reader.page(cursor, SINCE, never)
        assert found.more is more
        keys += [one.key for one in found.mails]
        cursor = found.cursor
    assert keys == ["a", "b"]
    assert cursor == {"inbox": "$deltatoken=D1", "junkemail": "$deltatoken=J1", "turn": 0}
    asked = [params for path, params in fake.asked if path == DELTA.format("inbox")]
    assert (asked[0]["changeType"], asked[0]["$filter"]) == ("created", "receivedDateTime ge 2026-11-20T12:00:00Z")
    assert asked[1] == {"$skiptoken": "S1"}


async def test_graph_may_keep_the_token_of_a_folder_in_which_nothing_happened():
    fake = graph({DELTA.format("inbox"): {"value": [], "@odata.deltaLink": f"{LINK}$deltatoken=D1"}})
    cursor = {"inbox": "$deltatoken=D1", "junkemail": "$deltatoken=J1", "turn": 0}
    first = await GraphReader(fake).page(cursor, SINCE, never)
    second = await GraphReader(fake).page(first.cursor, SINCE, never)
    assert (first.more, second.more, second.cursor) == (True, False, cursor)


async def test_a_mailbox_without_a_folder_for_junk_is_read_all_the_same():
    fake = graph({DELTA.format("inbox"): {"value": [], "@odata.deltaLink": f"{LINK}$deltatoken=D1"}})
    fake.answers[DELTA.format("junkemail")] = ObjectGone(said())
    first = await GraphReader(fake).page(None, SINCE, never)
    second = await GraphReader(fake).page(first.cursor, SINCE, never)
    assert (second.more, second.cursor) == (False, {"inbox": "$deltatoken=D1", "turn": 0})
    fake.answers[DELTA.format("inbox")] = ObjectGone(said())
    with pytest.raises(ObjectGone):
        await GraphReader(fake).page(second.cursor, SINCE, never)


async def test_graph_tells_what_it_knows_where_mail_has_no_headers():
    mail = {
        "internetMessageId": "<a@b.test>",
        "subject": "Re: x\r\nBcc: y",
        "from": {"emailAddress": {"address": "a@b.test"}},
    }
    fake = graph(
        {
            DELTA.format("inbox"): {"value": [{"id": "a"}], "@odata.deltaLink": f"{LINK}$deltatoken=D"},
            "/v1.0/me/messages/a": mail,
        }
    )
    found = await GraphReader(fake).page(None, SINCE, never)
    assert found.mails[0].raw == b"Message-ID: <a@b.test>\r\nSubject: Re: x Bcc: y\r\nFrom: a@b.test\r\n\r\n"


async def test_graph_forgot_what_we_had_read():
    def delta(asked: Mapping[str, Any]) -> Any:
        return (
            ObjectGone(said(status=410))
            if "$deltatoken" in asked
            else {"value": [], "@odata.deltaLink": f"{LINK}$deltatoken=New"}
        )

    fake = graph({DELTA.format("inbox"): delta})
    found = await GraphReader(fake).page({"inbox": "$deltatoken=Old", "turn": 0}, SINCE, never)
    assert (found.lost, found.cursor["inbox"]) == (True, "$deltatoken=New")


@pytest.mark.parametrize(("message", "head_only"), [(f"{TOO_LARGE} 16 bytes", True), ("no complete answer", False)])
async def test_what_is_too_large_for_graph_is_told_by_its_headers(message, head_only):
    fake = graph(
        {
            DELTA.format("inbox"): {"value": [{"id": "a"}], "@odata.deltaLink": f"{LINK}$deltatoken=D"},
            "/v1.0/me/messages/a": {"subject": "Undeliverable"},
            "/v1.0/me/messages/a/$value": Unavailable(said(message, None)),
        }
    )
    if not head_only:
        with pytest.raises(Unavailable):
            await GraphReader(fake).page(None, SINCE, lambda _: True)
        return
    found = await GraphReader(fake).page(None, SINCE, lambda _: True)
    assert found.mails[0].raw == b"Subject: Undeliverable\r\n\r\n"


@pytest.mark.parametrize("answer", [{"value": []}, {"value": [], "@odata.nextLink": f"{LINK}$skiptoken=Same"}])
async def test_a_page_of_graph_that_leads_nowhere_or_to_itself(answer):
    fake = graph({DELTA.format("inbox"): answer})
    with pytest.raises(Unavailable):
        await GraphReader(fake).page({"inbox": "$skiptoken=Same"}, SINCE, never)


def test_no_value_becomes_another_line():
    rows: list[dict[str, object]] = [
        {"name": "Subject", "value": "a\r\nBcc: x\x00"},
        {"name": "X\nY", "value": 5},
        {"value": "z"},
    ]
    assert header_lines(list(rows)) == b"Subject: a Bcc: x\r\nX Y: 5\r\n\r\n"


async def test_keap_is_not_asked_what_would_widen_the_question():
    asked: list[str] = []

    def addresses(params: Mapping[str, Any]) -> Any:
        asked.append(params["filter"])
        return {"email_addresses": [{"email": "A@x.test", "status": "HARD_BOUNCE"}]}

    fake = api({"/crm/rest/v2/emailAddresses": addresses})
    people = ["a@x.test", "b*@x.test", "c;statuses==SPAM@x.test", *(f"p{n}@x.test" for n in range(60))]
    assert await standings(fake, people) == {"a@x.test": "HARD_BOUNCE"}
    assert [len(one.split(",")) for one in asked] == [50, 11]
    assert not any("*" in one or ";" in one for one in asked)


async def test_keap_repeats_a_page():
    fake = api({"/crm/rest/v2/emails": {"emails": [], "next_page_token": "t"}})
    with pytest.raises(Unavailable):
        await records(fake, SINCE, "t")
