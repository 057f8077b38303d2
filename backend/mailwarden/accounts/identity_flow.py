"""To the provider's page and back: one browser, ten minutes, one purpose."""

import hmac
import logging
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from mailwarden.accounts import identities, openid, second_factor
from mailwarden.accounts.enter import enter
from mailwarden.accounts.identities import Refused
from mailwarden.accounts.openid import NotKnown, Person
from mailwarden.accounts.sessions import cookie_name, find_session
from mailwarden.accounts.tickets import Ticket
from mailwarden.accounts.whereabouts import whereabouts
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.errors import Unauthenticated
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)

GOING = Ticket("sign-in", timedelta(minutes=10))
SECOND_STEP = Ticket("second-step", timedelta(minutes=5))
SETTINGS_PAGE = "/settings/account"


@dataclass(frozen=True)
class Answer:
    """What the provider's page led back with."""

    state: str | None
    code: str | None
    error: str | None


def start(rt: Runtime, response: Response, provider: str, user_id: UUID | None = None, going_on: str = "") -> str:
    """The address of the provider's page. ``user_id``: of whom it is to be joined to, else somebody signs in.

    ``going_on`` is a path of ours, checked.
    """
    state = openid.new_state()
    url = openid.begin(rt, provider, state)
    note = {"provider": provider, "state": _hash(state), "user": str(user_id or ""), "next": going_on}
    GOING.give(rt, response, note)
    return url


def _hash(state: str) -> str:
    return token_hash(state).hex()


async def finish(rt: Runtime, request: Request, provider: str, answer: Answer) -> Response:
    """Always a redirect: signed in, asked for a code, or a page with ``?error=``; the way on is kept in all of them."""
    note = GOING.read(rt, request)
    going_on = note.get("next", "") if note else ""
    page = SETTINGS_PAGE if note and note["user"] else "/sign-in"
    try:
        person = await _person(rt, provider, note, answer)
        response = await _settle(rt, request, person, note or {})
    except Refused as exc:
        response = RedirectResponse(f"{page}?error={exc.code}{_then(going_on)}", 303)
    except Unauthenticated as exc:
        response = RedirectResponse(f"/sign-in?error={exc.code}", 303)
    GOING.take_back(rt, response)
    return response


def _then(going_on: str) -> str:
    return f"&next={quote(going_on, safe='')}" if going_on else ""


async def _person(rt: Runtime, provider: str, note: dict[str, str] | None, answer: Answer) -> Person:
    """Raises Refused for an answer that this browser did not ask for just now."""
    ours = note is not None and answer.state is not None and note["provider"] == provider
    if not (ours and note and hmac.compare_digest(note["state"], _hash(answer.state or ""))):
        raise Refused("sign_in_expired")
    if answer.error or not answer.code:
        raise Refused("sign_in_cancelled" if answer.error == "access_denied" else "sign_in_failed")
    try:
        return await openid.redeem(rt, provider, answer.state or "", answer.code)
    except NotKnown as exc:
        log.warning("sign-in by a provider failed", extra={"provider": provider, "why": str(exc)})
        raise Refused("sign_in_failed") from exc


async def _settle(rt: Runtime, request: Request, person: Person, note: dict[str, str]) -> Response:
    async with unit_of_work(rt.sessions) as tx:
        if note["user"]:
            return await _link(rt, tx, request, person, UUID(note["user"]))
        return await _sign_in(rt, tx, request, person, note.get("next", ""))


async def _link(rt: Runtime, tx: UnitOfWork, request: Request, person: Person, user_id: UUID) -> Response:
    """Only into the account that is signed in here still."""
    token = request.cookies.get(cookie_name(rt))
    found = await find_session(tx, token) if token else None
    if found is None or found.user_id != user_id:
        raise Unauthenticated("Sign in again.", code="sign_in_expired")
    await tx.act_as(user_id)
    await identities.link(rt, tx, user_id, person, whereabouts(rt, request))
    return RedirectResponse(f"{SETTINGS_PAGE}?linked={person.provider}", 303)


async def _sign_in(rt: Runtime, tx: UnitOfWork, request: Request, person: Person, going_on: str) -> Response:
    user_id, org_id = await identities.find(tx, person), None
    if user_id is None:
        user_id, org_id = await identities.sign_up(rt, tx, person)
    elif await second_factor.is_on(tx, user_id):
        response = RedirectResponse(f"/sign-in?second_factor=1{_then(going_on)}", 303)
        SECOND_STEP.give(rt, response, {"user": str(user_id)})
        return response
    response = RedirectResponse(going_on or "/", 303)
    await enter(rt, tx, request, response, user_id, org_id)
    return response


def waiting_for_code(rt: Runtime, request: Request) -> UUID:
    """Who came back from a provider and has a second factor. Raises Unauthenticated."""
    note = SECOND_STEP.read(rt, request)
    if note is None:
        raise Unauthenticated("That took too long. Sign in again.", code="sign_in_expired")
    return UUID(note["user"])
