"""Goes through a file chunk by chunk: a trial counts what an import would do, by the very same steps."""

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import select, text

from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.imports.rules import Line, Person, Wrong, lines_of, person_of, understand
from mailwarden.outreach.imports.schemas import OutreachImportCountsOut, OutreachImportError
from mailwarden.outreach.models import OutreachRecipient
from mailwarden.sending.suppression import suppressed_among

AT_ONCE = 2000  # rows of a transaction
MOST_ERRORS = 20
MOST_OF_A_KIND = 5
# One parameter instead of one for each cell: compiling such a statement took longer than running it.
INSERT = text(
    """
    INSERT INTO outreach_recipients (id, org_id, campaign_id, address, name, fields, zone, state, state_reason, next_at)
    SELECT r.id, CAST(:org AS uuid), CAST(:campaign AS uuid), r.address, r.name, r.fields, r.zone, r.state, r.reason,
      app_now()
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
      AS r(id uuid, address text, name text, fields jsonb, zone text, state text, reason text)
    ORDER BY r.address -- two imports at once wait for each other in one order
    ON CONFLICT (org_id, campaign_id, address) DO NOTHING
    RETURNING id
    """
)


@dataclass
class Tally:
    rows: int = 0
    added: int = 0
    duplicates: int = 0
    invalid: int = 0
    suppressed: int = 0
    errors: list[OutreachImportError] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def note(self, line: Line, wrong: Wrong) -> None:
        self.invalid += 1
        self.kinds[wrong.code] += 1
        if len(self.errors) < MOST_ERRORS and self.kinds[wrong.code] <= MOST_OF_A_KIND:
            self.errors.append(OutreachImportError(row=line.number, code=wrong.code, detail=wrong.detail))

    def out(self) -> OutreachImportCountsOut:
        return OutreachImportCountsOut(
            rows=self.rows,
            added=self.added,
            duplicates=self.duplicates,
            invalid=self.invalid,
            suppressed=self.suppressed,
            errors=self.errors,
        )


@dataclass(frozen=True)
class Work:
    rt: Runtime
    org_id: UUID
    campaign_id: UUID
    content: bytes  # compressed
    mapping: Mapping[str, str]


async def take(work: Work, *, store: bool) -> Tally:
    """Each chunk in a transaction of its own: sending goes on beside it, and whoever begins again finds duplicates.

    Raises NotCsv.
    """
    tally, seen = Tally(), set[str]()
    chunks = _chunks(work)
    while chunk := list(islice(chunks, AT_ONCE)):
        people = _sorted_out(chunk, tally, seen)
        if people:
            await _put(work, people, tally, store=store)
    return tally


def _chunks(work: Work) -> Iterator[tuple[Line, Person | Wrong]]:
    table, whole = understand(zlib.decompress(work.content))
    zones = frozenset(available_timezones())
    return ((line, person_of(line, table.columns, work.mapping, zones)) for line in lines_of(table, whole))


def _sorted_out(chunk: Sequence[tuple[Line, Person | Wrong]], tally: Tally, seen: set[str]) -> list[Person]:
    """Those that can be used, each address once in the whole file."""
    people = []
    for line, found in chunk:
        tally.rows += 1
        if isinstance(found, Wrong):
            tally.note(line, found)
        elif found.address in seen:
            tally.duplicates += 1
        else:
            seen.add(found.address)
            people.append(found)
    return people


async def _put(work: Work, people: Sequence[Person], tally: Tally, *, store: bool) -> None:
    opened: Callable[..., object] = unit_of_work if store else reader
    async with opened(work.rt.sessions, work.org_id) as tx:  # type: ignore[attr-defined]
        addresses = [one.address for one in people]
        known = await _known(tx, work, addresses)
        new = [one for one in people if one.address not in known]
        unwilling = await suppressed_among(tx, work.org_id, (one.address for one in new))
        added = await _insert(tx, work, new, unwilling) if store else len(new)
    tally.added += added
    tally.duplicates += len(people) - added
    tally.suppressed += len(unwilling)


async def _known(tx: UnitOfWork, work: Work, addresses: Sequence[str]) -> set[str]:
    asked = select(OutreachRecipient.address).where(
        OutreachRecipient.org_id == work.org_id,
        OutreachRecipient.campaign_id == work.campaign_id,
        OutreachRecipient.address.in_(addresses),
    )
    return set((await tx.session.scalars(asked)).all())


async def _insert(tx: UnitOfWork, work: Work, people: Sequence[Person], unwilling: Mapping[str, str]) -> int:
    rows = [
        {
            "id": str(new_id()),
            "address": one.address,
            "name": one.name,
            "fields": dict(one.fields),
            "zone": one.zone,
            "state": "suppressed" if one.address in unwilling else "waiting",
            "reason": unwilling.get(one.address),
        }
        for one in people
    ]
    known = {"org": str(work.org_id), "campaign": str(work.campaign_id), "rows": json.dumps(rows)}
    return len((await tx.session.execute(INSERT, known)).all())
