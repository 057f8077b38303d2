"""Row S7: forged tokens of pixels, links and unsubscribe pages, and links that would lead elsewhere."""

import base64
import random
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import httpx

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.sending.models import Message, MessageRecipient, Suppression
from mailwarden.sending.prepare import Content
from mailwarden.sending.tracking.keys import tokens_of
from mailwarden.sending.tracking.prepare import prepare
from mailwarden.sending.tracking.tokens import CHECK_BYTES, PROOF_BYTES, Kind, Token, Tokens
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.world import BASE, World

TAKEN = "was taken"
ASKED = 1_000  # one in so many is shown to the product itself
STORED = "https://shop.example/offer"
ELSEWHERE = (
    "?url=https://evil.example",
    "?u=//evil.example&next=https:evil.example",
    "/https://evil.example",
    "//evil.example",
    "%2f%2fevil.example",
    "\\evil.example",
    "@evil.example",
    ".evil.example",
    "?#https://evil.example",
    "%0d%0aLocation:%20https://evil.example",
    ";https://evil.example",
    "%00https://evil.example",
)
PATHS = {Kind.OPEN: "/t/o/{}.gif", Kind.CLICK: "/t/c/{}", Kind.UNSUBSCRIBE: "/t/u/{}"}


async def forgeries(ground: Ground, n: int) -> Tally:
    tally = Tally()
    async with living(ground, "S7") as world:
        owner = await world.sign_up()
        message, recipient, good = await _tracked(world, owner.org_id)
        transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            await _forge(world, tally, ground.rng("S7"), http, n, [message.org_id, recipient])
            await _lead_astray(tally, http, good)
        async with unit_of_work(world.runtime.sessions, owner.org_id) as tx:
            left = (await tx.session.execute(Suppression.__table__.select())).first()
            tally.see(left is None, f"an address {TAKEN} off by a forged token")
    return tally


async def _tracked(world: World, org_id: UUID) -> tuple[Message, UUID, str]:
    """A sent mail to one person, and the token of its only link."""
    rt, now = world.runtime, world.runtime.clock.now()
    fields = {"kind": "one_off", "state": "sent", "sent_at": now - timedelta(hours=1), "track_clicks": True}
    message = Message(id=new_id(), org_id=org_id, **fields)
    person = {"position": 0, "kind": "to", "address": "ada@else.test"}
    recipient = MessageRecipient(id=new_id(), org_id=org_id, message_id=message.id, **person)
    async with unit_of_work(rt.sessions, org_id) as tx:
        for row in (message, recipient):
            tx.session.add(row)
            await tx.session.flush()
        ready = await prepare(rt, tx, message, [recipient], Content(f'<a href="{STORED}">x</a>', ""))
    return message, recipient.id, ready.html.split("/t/c/")[1].split('"')[0]


async def _forge(
    world: World, tally: Tally, rng: random.Random, http: httpx.AsyncClient, n: int, victim: Sequence[UUID]
) -> None:
    """By somebody who holds tokens of an organization of their own, and by some luck even the instance's check."""
    tokens, (org_id, recipient) = tokens_of(world.runtime), victim
    for number in range(n):
        kind = Kind(number % 3 + 1)
        text = forged(tokens, rng, Token(kind, recipient, link=1 if kind is Kind.CLICK else 0))
        presented = tokens.read(text)
        taken = presented is not None and tokens.is_of(presented, org_id)
        tally.see(not taken, f"a forged token {TAKEN}")
        if number % ASKED == 0:
            answer = await http.post(PATHS[kind].format(text), data={"List-Unsubscribe": "One-Click"})
            looked = await http.get(PATHS[kind].format(text))
            tally.see(looked.status_code == 404, f"a forged {kind.name} {TAKEN}: {looked.status_code}")
            tally.see(answer.status_code in (404, 405), f"a forged wish {TAKEN}: {answer.status_code}")


def forged(tokens: Tokens, rng: random.Random, wanted: Token) -> str:
    """Their own organization's token for the victim's recipient, changed here and there."""
    raw = bytearray(base64.urlsafe_b64decode(tokens.write(UUID(int=rng.getrandbits(128)), wanted) + "=="))
    match rng.randrange(4):
        case 0:  # as it is: everything but the organization is right
            pass
        case 1:
            raw[-PROOF_BYTES:] = rng.randbytes(PROOF_BYTES)
        case 2:
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        case _:
            raw[-PROOF_BYTES - CHECK_BYTES :] = rng.randbytes(PROOF_BYTES + CHECK_BYTES)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def _lead_astray(tally: Tally, http: httpx.AsyncClient, good: str) -> None:
    for tail in ("", *ELSEWHERE):
        answer = await http.get(
            f"/t/c/{good}{tail}", headers={"host": "evil.example", "referer": "https://evil.example"}
        )
        leads = answer.headers.get("location", STORED)
        tally.see(leads == STORED, f"a link {TAKEN} to {leads}")


async def forgeries_unproven(ground: Ground, n: int) -> Tally:
    """The broken variant believes whatever the instance itself might have written."""

    def believed(*_: object) -> bool:
        return True

    with broken(Tokens, "is_of", believed):
        return await forgeries(ground, min(n, 20_000))


ROWS = [
    Row(
        "S7",
        "forged tokens, links that lead elsewhere",
        "none taken",
        1_000_000,
        forgeries,
        forgeries_unproven,
        quick=2_000,
        sign=TAKEN,
    )
]
