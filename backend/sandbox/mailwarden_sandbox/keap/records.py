"""Sent-email records: one per recipient. Those of campaigns are computed, not stored, so that many cost nothing."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.columns import SMS
from mailwarden_sandbox.data.figures import GROWTH_S
from mailwarden_sandbox.keap.tenant import PEOPLE, Mail, Person, Tenant, tenant_of

_PER_CAMPAIGN = 100_000
_MAILS_FROM = 10_000_000_000
_OPENED_AFTER_S, _CLICKED_AFTER_S = 600, 900
_NO_TIME = float("inf")


@dataclass(frozen=True, slots=True)
class Record:
    id: int
    contact: int
    to: str
    sender: str
    subject: str
    sent: float
    opened: float | None
    clicked: float | None
    html: str = ""
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    since: float | None = None
    until: float | None = None
    contact: int | None = None
    """None: everybody's."""
    newest_first: bool = False


@dataclass(slots=True)
class Listing:
    """Blocks in order of time: a campaign with its recipients, or one e-mail that was sent over the API."""

    blocks: list[tuple[float, int | Mail, int]]
    ends: list[int]

    @property
    def total(self) -> int:
        return self.ends[-1] if self.ends else 0


def listing(call: Call, asked: Asked) -> Listing:
    tenant, now, at = tenant_of(call), call.world.now(), call.figures_at
    visible = [m for m in tenant.mails if m.at <= now]
    key = (at, len(call.holder.book), len(visible), asked)
    if tenant.lists.get("key") != key:
        tenant.lists = {"key": key, "listing": _built(call, asked, visible)}
    found: Listing = tenant.lists["listing"]
    return found


def _built(call: Call, asked: Asked, mails: list[Mail]) -> Listing:
    book, at = call.holder.book, call.figures_at
    until = asked.until if asked.until is None else asked.until + 1e-6
    blocks: list[tuple[float, int | Mail, int]] = []
    for index in book.sent_between(asked.since, until, at):
        if book.columns.channel[index] != SMS and (count := _count(call, index, asked.contact)):
            blocks.append((float(book.columns.send[index]), index, count))
    low, high = asked.since or 0.0, _NO_TIME if until is None else until
    blocks += [(m.at, m, 1) for m in mails if low <= m.at < high and asked.contact in (None, m.contact)]
    blocks.sort(key=lambda block: block[0], reverse=asked.newest_first)
    return Listing(blocks, list(accumulate(block[2] for block in blocks)))


def _count(call: Call, index: int, contact: int | None) -> int:
    sent = call.holder.book.figures(index, call.figures_at).sent
    if contact is None:
        return sent
    place = _place(tenant_of(call), contact)
    return int(place is not None and (place - _start(call, index)) % PEOPLE < sent)


def _start(call: Call, index: int) -> int:
    return call.holder.book.draw(index, 5) % PEOPLE


def _place(tenant: Tenant, contact: int) -> int | None:
    place = contact - min(tenant.people)
    return place if 0 <= place < PEOPLE else None


def window(call: Call, asked: Asked, start: int, end: int) -> Iterator[Record]:
    """Records ``start`` to ``end`` of the list, reading only their blocks."""
    found = listing(call, asked)
    end = min(end, found.total)
    if start >= end:
        return
    for number in range(bisect_right(found.ends, start), bisect_left(found.ends, end) + 1):
        _, what, count = found.blocks[number]
        first = found.ends[number] - count
        for place in range(max(start, first) - first, min(end, found.ends[number]) - first):
            yield _record(call, what, place, asked.contact)


def _record(call: Call, what: int | Mail, place: int, contact: int | None) -> Record:
    if isinstance(what, Mail):
        return of_mail(call, what)
    people, start = tenant_of(call), _start(call, what)
    if contact is not None:
        place = ((_place(people, contact) or 0) - start) % PEOPLE
    return _of_campaign(call, what, place)


def _of_campaign(call: Call, index: int, place: int) -> Record:
    """The first so many recipients opened, and the first of these clicked."""
    tenant, book, account = tenant_of(call), call.holder.book, call.holder
    person: Person = tenant.people[min(tenant.people) + (_start(call, index) + place) % PEOPLE]
    sent, now = float(book.columns.send[index]), book.figures(index, call.figures_at)
    final = book.figures(index, sent + GROWTH_S)
    return Record(
        id=(index + 1) * _PER_CAMPAIGN + place,
        contact=person.id,
        to=person.email or "",
        sender=f"news@{account.domain}",
        subject=book.name(index),
        sent=sent,
        opened=sent + _age(place, final.opened, 100_000) if place < now.opened else None,
        clicked=sent + _age(place, final.clicked, 140_000) if place < now.clicked else None,
    )


def _age(place: int, final: int, half_s: float) -> float:
    """When the figure grew past this recipient: the inverse of how ``data.figures`` lets it grow."""
    share = min(1.0, (place + 1) / final) * (1 - exp(-GROWTH_S / half_s))
    return max(1.0, -half_s * log(1 - share))


def of_mail(call: Call, mail: Mail) -> Record:
    """Contacts with an even number open, those with one divisible by four click."""
    since = call.world.now() - mail.at
    opened = mail.contact % 2 == 0 and since >= _OPENED_AFTER_S
    clicked = mail.contact % 4 == 0 and since >= _CLICKED_AFTER_S
    return Record(
        id=_MAILS_FROM + mail.id,
        contact=mail.contact,
        to=mail.to,
        sender=mail.sender,
        subject=mail.subject,
        sent=mail.at,
        opened=mail.at + _OPENED_AFTER_S if opened else None,
        clicked=mail.at + _CLICKED_AFTER_S if clicked else None,
        html=mail.html,
        plain=mail.plain,
    )


def find(call: Call, number: int) -> Record | None:
    if number >= _MAILS_FROM:
        now = call.world.now()
        mail = next((m for m in tenant_of(call).mails if _MAILS_FROM + m.id == number and m.at <= now), None)
        return of_mail(call, mail) if mail else None
    index, place = number // _PER_CAMPAIGN - 1, number % _PER_CAMPAIGN
    book = call.holder.book
    if not 0 <= index < len(book) or place >= book.figures(index, call.figures_at).sent:
        return None
    return _of_campaign(call, index, place)
