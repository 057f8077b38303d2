"""What a score reads of a domain's checks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork, app_now
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
    return facts_of(looks)


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
