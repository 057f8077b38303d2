"""Mailboxes of all four ways in a running system, mail that waits in them, and what the providers' sandboxes took."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Any
from uuid import UUID

import asyncpg

from mailwarden.cli.demo.client import Person
from mailwarden.core.ids import new_id, parse_id
from tests.support.stack import System

WAYS = ("google", "microsoft", "keap", "imap")
OF_A_PERSON = 12  # mailboxes
AT_ONCE = 4  # people who connect theirs
SETTINGS = {"send_interval_s": 10, "daily_limit": 10_000, "domain_daily_limit": 10_000}  # the fastest there is
HTML = '<p>How are <b>you</b>? <a href="https://shop.example/offer">Look</a></p>'
BOXES = """
SELECT id AS slot_id, org_id, connection_id FROM mailbox_slots WHERE connection_id IS NOT NULL ORDER BY id
"""
WAKE = """
INSERT INTO jobs (id, org_id, kind, key, queue)
SELECT gen_random_uuid(), org_id, 'slot.send', id::text, 'bulk' FROM mailbox_slots
ON CONFLICT (kind, key) DO UPDATE SET due_at = app_now(), enqueued_at = NULL, finished_at = NULL,
    state = CASE jobs.state WHEN 'leased' THEN 'leased' ELSE 'ready' END,
    again_at = CASE jobs.state WHEN 'leased' THEN app_now() END
"""  # one that runs has looked already, perhaps before there was any mail
Key = tuple[str, str]  # subject and recipient: Keap knows no Message-ID, and Gmail may put in one of its own


@dataclass(frozen=True)
class Box:
    slot_id: UUID
    org_id: UUID
    connection_id: UUID
    provider: str
    account: str


def open_boxes(system: System, each: int, ways: Sequence[str] = WAYS) -> list[Box]:
    """``each``: of a way."""
    wanted = [way for _ in range(each) for way in ways]
    parts = [wanted[at : at + OF_A_PERSON] for at in range(0, len(wanted), OF_A_PERSON)]
    people = [system.person(f"Organization {number}") for number in range(len(parts))]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = pool.map(lambda pair: _connect(system, *pair), zip(people, parts, strict=True))
        known = {one: where for part in made for one, where in part.items()}
    system.rows("UPDATE mailbox_slots SET settings = $1::jsonb", json.dumps(SETTINGS))
    rows = system.rows(BOXES)
    assert len(rows) == len(wanted), f"{len(rows)} of {len(wanted)} mailboxes"
    return [Box(row["slot_id"], row["org_id"], row["connection_id"], *known[row["connection_id"]]) for row in rows]


def _connect(system: System, person: Person, ways: Sequence[str]) -> dict[UUID, tuple[str, str]]:
    """Where each connection leads."""
    known = {}
    for way in ways:
        account = system.sandbox.make_account(way)
        known[parse_id("conn", system.connect(person, way, account))] = (way, account)
    return known


def write(system: System, boxes: Sequence[Box], n: int) -> dict[Key, Box]:
    """As if people had sent them all at the same moment. Answers who is to get what."""
    queued = {(f"Mail {number}", f"r{number}@else.test"): boxes[number % len(boxes)] for number in range(n)}
    asyncio.run(_store(system, queued))
    system.rows(WAKE)
    return queued


async def _store(system: System, queued: dict[Key, Box]) -> None:
    now, messages, people = system.local_now(), [], []
    for (subject, address), box in queued.items():
        message = new_id()
        place = (message, box.org_id, box.slot_id, box.connection_id)
        known = ("one_off", "queued", subject, HTML, "", True, True, f"<{message.hex}@bench.test>", now, now)
        messages.append((*place, *known))
        people.append((new_id(), box.org_id, message, 0, "to", address))
    admin = await asyncpg.connect(system.dsn)
    columns = ("kind", "state", "subject", "html", "text", "track_opens", "track_clicks", "rfc822_id", "due_at")
    places = ("id", "org_id", "slot_id", "connection_id")
    whom = ("id", "org_id", "message_id", "position", "kind", "address")
    try:
        async with admin.transaction():  # a mail that seems to be for nobody is given up
            await admin.copy_records_to_table("messages", records=messages, columns=(*places, *columns, "queued_at"))
            await admin.copy_records_to_table("message_recipients", records=people, columns=whom)
        await admin.execute("VACUUM ANALYZE messages, message_recipients")
    finally:
        await admin.close()


def taken(system: System, boxes: Sequence[Box]) -> Counter[Key]:
    """How often the providers took each mail for each recipient."""
    ask, held = system.sandbox.ask, Counter[Key]()
    for box in boxes:
        place = f"/accounts/{box.provider}/{box.account}"
        if box.provider == "keap":
            held.update((one["subject"], one["to"]) for one in ask("GET", f"{place}/orders")["orders"])
        elif box.provider != "imap":
            held.update(_heads(ask("GET", f"{place}/messages", folder="Sent")["messages"]))
    ours = {box.account for box in boxes if box.provider == "imap"}  # Graph's mail stands in that list as well
    by_smtp = [one for one in ask("GET", "/mail/submitted")["messages"] if one["sender"] in ours]
    held.update((subject, to) for one in by_smtp for subject, _ in _heads([one]) for to in one["recipients"])
    return held


def _heads(messages: Sequence[dict[str, Any]]) -> Iterator[Key]:
    parser = BytesHeaderParser(policy=default)
    for one in messages:
        head = parser.parsebytes(one["raw"].encode("latin-1"))
        yield str(head["Subject"]), str(head["To"])
