"""``/hooks/{provider}``: verify, store, answer. Nothing is parsed before it is verified, nothing is done inline."""

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from mailwarden.core.api import Rt
from mailwarden.core.errors import NotFound, ServiceUnavailable
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.desk import Desk
from mailwarden.hooks.receivers import RECEIVERS, Reception, refusal
from mailwarden.hooks.store import store
from mailwarden.providers.base import Unavailable
from mailwarden.providers.hooks.base import Incoming, Reason, Refused

router = APIRouter(prefix="/hooks", include_in_schema=False)

LARGEST = 1 << 20


@router.post("/{provider}")
@router.post("/{provider}/{path}")
async def receive_hook(request: Request, rt: Rt, provider: str, path: str = "") -> Response:
    if provider not in RECEIVERS or provider not in rt.config.providers:
        raise NotFound("Nothing is expected from there.")
    rt = rt.pressing()
    desk = desk_of(request, rt)
    try:
        async with desk.place():
            received = await _receive(request, rt, provider, path, desk)
    except Refused as exc:
        desk.refuse(provider, exc.reason)
        return Response(status_code=refusal(provider, exc.reason))
    except Unavailable:
        raise ServiceUnavailable("This cannot be verified right now.", headers={"Retry-After": "30"}) from None
    return Response(received.body, received.status, dict(received.headers))


async def _receive(request: Request, rt: Runtime, provider: str, path: str, desk: Desk) -> Reception:
    incoming = await _read(request, rt)
    received = await RECEIVERS[provider](rt, incoming, path, request.query_params)
    if received.events:
        await desk.check_backlog()
        await store(rt, provider, incoming.body, received.events, received.subscription)
    return received


def desk_of(request: Request, rt: Runtime) -> Desk:
    state = request.app.state
    if not hasattr(state, "hook_desk"):
        state.hook_desk = Desk(rt)
    desk: Desk = state.hook_desk
    return desk


async def close_desk(app: FastAPI) -> None:
    if hasattr(app.state, "hook_desk"):
        await app.state.hook_desk.close()


async def _read(request: Request, rt: Runtime) -> Incoming:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(Reason.ENCODING)  # what is signed is what was sent, and a bomb is not unpacked
    target = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1").partition("?")[0]
    query = f"?{request.url.query}" if request.url.query else ""
    return Incoming(
        method=request.method,
        url=f"{rt.config.base_url}{target}{query}",
        headers={name.lower(): value for name, value in reversed(request.headers.items())},  # the first one counts
        body=await _body(request),
        now=rt.clock.now(),
    )


async def _body(request: Request) -> bytes:
    """At most ``LARGEST``, whatever Content-Length says."""
    parts, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > LARGEST:
                raise Refused(Reason.SIZE)
            parts.append(chunk)
    except ClientDisconnect:
        raise Refused(Reason.ENCODING) from None
    return b"".join(parts)
