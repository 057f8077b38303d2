"""What a score reads of a domain's checks."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.deliverability.dmarc_reports.summary import aligned
from mailwarden.deliverability.domains.models import Domain, DomainCheck
from mailwarden.deliverability.domains.rules import HELD
from mailwarden.deliverability.facts import Authentication

MOST_LOOKS = 200


async def authentication_facts(tx: UnitOfWork, org_id: UUID, domain: str, at: datetime | None = None) -> Authentication:
    """As of ``at``, or now. Each fact is the last definite one of the 48 hours before; None: not assessed."""
    asked = (
        select(DomainCheck.levels)
        .join(Domain, (Domain.org_id == DomainCheck.org_id) & (Domain.id == DomainCheck.domain_id))
        .where(DomainCheck.org_id == org_id, Domain.name == domain)
    )
    if at is None:
        asked = asked.where(DomainCheck.at > app_now() - HELD)
    else:
        asked = asked.where(DomainCheck.at > at - HELD, DomainCheck.at <= at)
    looks = list(
        await tx.session.scalars(asked.order_by(DomainCheck.at.desc(), DomainCheck.id.desc()).limit(MOST_LOOKS))
    )
    found = facts_of(looks)
    return replace(found, dmarc_aligned=await _aligned(tx, org_id, domain, at) is not False)


async def _aligned(tx: UnitOfWork, org_id: UUID, domain: str, at: datetime | None) -> bool | None:
    """What reports of DMARC tell; None: too little, and nobody is blamed for that."""
    asked = select(Domain.id, Domain.sending_ips, app_now()).where(Domain.org_id == org_id, Domain.name == domain)
    row = (await tx.session.execute(asked)).first()
    if row is None:
        return None
    return await aligned(tx, org_id, row[0], [one["address"] for one in row[1]], at or row[2])


def facts_of(looks: list[dict[str, Any]]) -> Authentication:
    """``looks``: the newest first."""

    def last(name: str, default: Any = None) -> Any:
        return next((one[name] for one in looks if one.get(name) is not None), default)

    newest = looks[0] if looks else {}
    reverse = next((one for one in looks if one.get("fcrdns") is not None), newest)  # what belongs together
    policy = next((one for one in looks if one.get("dmarc") is not None), {})
    return Authentication(
        spf=last("spf"),
        dkim=last("dkim"),
        dmarc=policy.get("dmarc"),
        dmarc_testing=bool(policy.get("dmarc_testing")),
        dmarc_rua=bool(policy.get("dmarc_rua")),
        fcrdns=last("fcrdns"),
        own_ip=bool(reverse.get("own_ip")),
    )
