"""The person's part: seeing who asks for what, and saying yes or no. Only a signed-in browser gets here."""

import hmac
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select

from mailwarden.accounts.audit import Target, record
from mailwarden.accounts.caller import Caller, identify_browser
from mailwarden.accounts.models import Organization, User
from mailwarden.accounts.sessions import csrf_token
from mailwarden.core.csrf import check_origin
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.errors import Forbidden, Unauthenticated
from mailwarden.core.runtime import Runtime
from mailwarden.developers.oauth import pages
from mailwarden.developers.oauth.asking import Asking, Refused
from mailwarden.developers.oauth.tokens import issue_code
from mailwarden.developers.scopes import describe, ordered


class NoBrowser(Exception):
    """Nobody is signed in."""


async def _person(request: Request, rt: Runtime, tx: UnitOfWork) -> Caller:
    """Raises NoBrowser."""
    try:
        return await identify_browser(request, rt, tx)
    except Unauthenticated as exc:
        raise NoBrowser from exc


def _granted(caller: Caller, asking: Asking) -> frozenset[str]:
    """Never more than their role allows. Raises Refused if that is nothing."""
    found = frozenset(scope for scope in asking.scopes if caller.may(scope))
    if not found:
        raise Refused("access_denied", "This person may do none of it.", asking.redirect_uri, asking.state)
    return found


async def show(request: Request, rt: Runtime, asking: Asking) -> Response:
    """Raises NoBrowser, Refused."""
    async with reader(rt.sessions) as tx:
        caller = await _person(request, rt, tx)
        user = await tx.session.get_one(User, caller.user_id)
        organization = await tx.session.scalar(select(Organization.name).where(Organization.id == caller.org_id))
    return pages.consent(
        program=asking.client.name,
        device=asking.device,
        person=f"{user.name} ({user.email})",
        organization=organization or "",
        scopes=[describe(scope) for scope in ordered(_granted(caller, asking))],
        action=f"/oauth/authorize?{request.url.query}",
        csrf=csrf_token(rt.keys, caller.session_id),
        redirect_uri=asking.redirect_uri,
    )


async def decide(request: Request, rt: Runtime, asking: Asking, form: Mapping[str, str]) -> str:
    """The code. Raises NoBrowser, Refused, and Forbidden for a form that is not ours."""
    check_origin(request, rt.config.base_url)
    async with unit_of_work(rt.sessions) as tx:
        caller = await _person(request, rt, tx)
        ours = csrf_token(rt.keys, caller.session_id)
        if not hmac.compare_digest(form.get("csrf", "").encode(), ours.encode()):
            raise Forbidden("This form is not from our page. Start again.", code="csrf_failed")
        if form.get("decision") != "allow":
            raise Refused("access_denied", "Refused by the person.", asking.redirect_uri, asking.state)
        scopes = _granted(caller, asking)
        code = await issue_code(rt, tx, asking, caller.org_id, caller.user_id, scopes)
        await record(tx, "device.connected", Target("device", None, asking.device), after={"scopes": ordered(scopes)})
    return code
