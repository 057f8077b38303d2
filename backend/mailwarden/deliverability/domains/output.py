"""Domains and looks at them as the API shows them."""

from datetime import datetime
from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.dmarc_reports.summary import suggested_ips, summary_of
from mailwarden.deliverability.domains.hints import Hint, hints_for, signers_in
from mailwarden.deliverability.domains.models import Domain, DomainCheck
from mailwarden.deliverability.domains.names import shown
from mailwarden.deliverability.domains.rules import RESTLESS, Standing
from mailwarden.deliverability.domains.schemas import (
    DomainDetailOut,
    DomainOut,
    HintOut,
    LookOut,
    LookRow,
    PublishOut,
    RecordStandingOut,
)
from mailwarden.deliverability.domains.selectors import shown as shown_selectors
from mailwarden.deliverability.domains.store import accounts, last_check
from mailwarden.deliverability.domains.written import result_of, standing_of
from mailwarden.deliverability.records.verdict import Check

ORDER = {str(check): place for place, check in enumerate(Check)}
NOTE = (
    "A changed record can take 24 to 48 hours until everybody sees it, since old answers are remembered that long. We "
    "look again by ourselves: every ten minutes at first, then less often, and you are told what changed."
)


def domain_out(row: Domain, now: datetime) -> DomainOut:
    return DomainOut.model_validate(_fields(row, now))


def _fields(row: Domain, now: datetime) -> dict[str, object]:
    until = row.restless_since + RESTLESS if row.restless_since else None
    standings = [standing_of(one) for one in row.standing.values()]
    standings.sort(key=lambda one: (ORDER.get(one.check, 99), one.part))
    return {
        "id": row.id,
        "name": row.name,
        "display_name": shown(row.name),
        "registered": row.registered,
        "source": row.source,
        "selectors": shown_selectors(row.selectors),
        "sending_ips": row.sending_ips,
        "version": row.version,
        "created_at": row.created_at,
        "checked_at": row.checked_at,
        "next_check_at": row.next_check_at,
        "watched_until": until if until and until > now else None,
        "standings": [standing_out(one, now) for one in standings],
    }


def standing_out(one: Standing, now: datetime) -> RecordStandingOut:
    fields = {name: getattr(one, name) for name in ("check", "part", "name", "verdict", "since", "definite_at")}
    return RecordStandingOut.model_validate(
        {**fields, "standing": one.shown(now), "seen_at": one.seen_at, "summary": one.summary}
    )


async def detail_out(tx: UnitOfWork, row: Domain, now: datetime, check: DomainCheck | None = None) -> DomainDetailOut:
    check = check or await last_check(tx, row.org_id, row.id)
    hints = await _hints(tx, row.org_id, row.name, check)
    latest = look_out(check) if check else None
    known = [one["address"] for one in row.sending_ips]
    reports = await summary_of(tx, row.org_id, row.id, known, now)
    suggested = await suggested_ips(tx, row.org_id, row.id, known, now) if reports.reports else []
    more = {"latest": latest, "hints": hints, "note": NOTE, "dmarc_reports": reports, "suggested_ips": suggested}
    return DomainDetailOut.model_validate({**_fields(row, now), **more})


def look_out(check: DomainCheck) -> LookOut:
    return LookOut.model_validate(check)


def look_row(check: DomainCheck) -> LookRow:
    verdicts = {result_of(one).key: one["verdict"] for one in check.results}
    return LookRow(
        id=check.id,
        at=check.at,
        trigger=check.trigger,
        took_ms=check.took_ms,
        verdicts=verdicts,
    )


async def _hints(tx: UnitOfWork, org_id: UUID, name: str, check: DomainCheck | None) -> list[HintOut]:
    """Of what is connected, and of whom the records themselves name."""
    connected = [(provider, number) for provider, number, _ in await accounts(tx, org_id)]
    named = signers_in([result_of(one) for one in check.results]) if check else set()
    return [_hint_out(one) for one in hints_for(name, [*connected, *((one, "") for one in sorted(named))])]


def _hint_out(hint: Hint) -> HintOut:
    publish = [PublishOut.model_validate(one) for one in hint.publish]
    return HintOut(
        provider=hint.provider, name=hint.name, text=hint.text, where=hint.where, url=hint.url, publish=publish
    )
