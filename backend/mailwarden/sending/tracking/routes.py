"""``/t/…``: what mails load and where their links lead. For everybody who has the mail, without a caller."""

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from mailwarden.core.api import Rt
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.sending.tracking import pages
from mailwarden.sending.tracking.arrivals import find, may_note, note_click, note_open, read_token
from mailwarden.sending.tracking.host import place
from mailwarden.sending.tracking.rules import judge_request
from mailwarden.sending.tracking.tokens import Kind, Presented
from mailwarden.sending.tracking.unsubscribing import Wish, unsubscribe, wish_of

router = APIRouter(prefix="/t", include_in_schema=False)

LARGEST_BODY = 8 << 10  # two words, in the wordiest way that there is
FIELD, WORD = "List-Unsubscribe", "One-Click"
READ = ["GET", "HEAD"]


@router.api_route("/o/{token}.gif", methods=READ)
async def open_pixel(request: Request, rt: Rt, token: str) -> Response:
    presented = read_token(rt, Kind.OPEN, token)
    if presented is None:
        return pages.no_pixel()
    if await may_note(rt, presented.token):
        judged = judge_request(request.method, request.headers)
        async with place(request), unit_of_work(rt.sessions) as tx:
            found = await find(rt, tx, presented)
            if found is None:
                return pages.no_pixel()
            await note_open(tx, found, judged, rt.clock.now())
    return pages.pixel()


@router.api_route("/c/{token}", methods=READ)
async def follow_link(request: Request, rt: Rt, token: str) -> Response:
    presented = read_token(rt, Kind.CLICK, token)
    if presented is None:
        return pages.unknown()
    note = await may_note(rt, presented.token)
    judged = judge_request(request.method, request.headers)
    async with place(request), unit_of_work(rt.sessions) as tx:
        found = await find(rt, tx, presented)
        url = await note_click(tx, found, judged, rt.clock.now(), note=note) if found else None
    return pages.lead_to(url) if url else pages.unknown()


@router.api_route("/u/{token}", methods=READ)
async def ask_to_unsubscribe(request: Request, rt: Rt, token: str) -> Response:
    """Asks only: programs that look at every link of a mail must not end it (RFC 8058 §3.1)."""
    presented = read_token(rt, Kind.UNSUBSCRIBE, token)
    wish = await _wish(request, rt, presented) if presented else None
    if wish is None:
        return pages.unknown()
    return pages.granted(wish) if wish.granted else pages.ask(wish)


@router.post("/u/{token}")
async def unsubscribe_at_once(request: Request, rt: Rt, token: str) -> Response:
    """By the button of the page, or by a mail program in one click (RFC 8058 §3.2): nobody signs in."""
    presented = read_token(rt, Kind.UNSUBSCRIBE, token)
    if presented is None:
        return pages.unknown()
    if not await _is_meant(request):
        return pages.not_understood()
    async with place(request), unit_of_work(rt.sessions) as tx:
        found = await find(rt, tx, presented)
        wish = await wish_of(tx, found) if found else None
        if found is None or wish is None:
            return pages.unknown()
        await unsubscribe(tx, found, rt.clock.now())
    return pages.granted(wish)


async def _wish(request: Request, rt: Runtime, presented: Presented) -> Wish | None:
    async with place(request), reader(rt.sessions) as tx:
        found = await find(rt, tx, presented)
        return await wish_of(tx, found) if found else None


async def _is_meant(request: Request) -> bool:
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return False
    except ClientDisconnect:
        return False
    return WORD in said(request.headers.get("content-type", ""), body)


def said(content_type: str, body: bytes) -> list[str]:
    """The values of the one field that counts, in either of the two forms that clients use."""
    if content_type.lower().startswith("multipart/form-data"):
        head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
        parts = BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
        named = [one for one in parts if one.get_param("name", header="content-disposition") == FIELD]
        return [str(one.get_payload()).strip() for one in named]
    return [one.strip() for one in parse_qs(body.decode("latin-1"), max_num_fields=20).get(FIELD, [])]
