"""``/hooks/stripe``: verified over the raw bytes, stored once, answered; a job reads the object anew."""

import json
import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe
from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from mailwarden.billing.jobs import LOOK
from mailwarden.billing.models import BillingEvent
from mailwarden.core.api import Rt
from mailwarden.core.db import unit_of_work
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)
router = APIRouter(prefix="/hooks", include_in_schema=False)

LARGEST = 1 << 20
TOLERANCE_S = 300  # between the signature's time and ours


@router.post("/stripe")
async def receive_stripe(request: Request, rt: Rt) -> Response:
    """400 for what Stripe has not signed: it tries again for three days, should our secret be wrong."""
    if not rt.config.billing.is_on:
        raise NotFound("Nothing is expected from there.")
    body = await _body(request)
    if body is None:
        return Response(status_code=413)
    if not is_signed(rt, body, request.headers.get("stripe-signature")):
        log.warning("refused", extra={"problem": "stripe_signature"})
        return Response(status_code=400)
    await keep(rt, json.loads(body))
    return Response(status_code=200)


async def _body(request: Request) -> bytes | None:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def is_signed(rt: Runtime, body: bytes, header: str | None) -> bool:
    """By any of our secrets. The library judges the signature, our clock its age."""
    for secret in rt.config.billing.webhook_secrets:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret)
            signed_at = int(dict(part.split("=", 1) for part in (header or "").split(","))["t"])
        except (stripe.SignatureVerificationError, ValueError, KeyError):
            continue
        return abs(rt.clock.now().timestamp() - signed_at) <= TOLERANCE_S
    return False


async def keep(rt: Runtime, event: dict[str, Any]) -> None:
    """Of customers whom we know; a Stripe account may serve other programs, too."""
    about = event.get("data", {}).get("object", {})
    customer = about.get("id") if about.get("object") == "customer" else about.get("customer")
    org_id = await _find(rt, customer) if isinstance(customer, str) else None
    if org_id is None:
        log.info("an event of Stripe about nobody here", extra={"event": event.get("id"), "type": event.get("type")})
        return
    row = insert(BillingEvent).values(
        id=new_id(),
        org_id=org_id,
        stripe_id=event["id"],
        type=event["type"],
        object_id=about.get("id"),
        occurred_at=datetime.fromtimestamp(event["created"], UTC),
    )
    once = row.on_conflict_do_nothing(index_elements=["org_id", "stripe_id"]).returning(BillingEvent.id)
    async with unit_of_work(rt.sessions, org_id) as tx:
        if await tx.session.scalar(once) is not None:
            await enqueue(tx, LOOK, org_id, due_at=rt.clock.now())


async def _find(rt: Runtime, customer: str) -> UUID | None:
    async with unit_of_work(rt.sessions) as tx:
        found = await tx.session.scalar(text("SELECT find_billing_organization(:customer)"), {"customer": customer})
    return found if isinstance(found, UUID) or found is None else UUID(str(found))
