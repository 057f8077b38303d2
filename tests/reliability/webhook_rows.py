"""Rows W1, W2, W4 and W8: what anybody may send to our receivers, from a repeated event to a forged one."""

import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from mailwarden.hooks import effects
from mailwarden.hooks.store import store
from mailwarden.providers.hooks import hubspot, klaviyo, microsoft
from mailwarden.providers.hooks.base import HookEvent, Incoming, Kind, Refused
from mailwarden.providers.hooks.base import read as read_body
from mailwarden.providers.id_token import Forged
from tests.providers.hooks.signing import (
    FOREIGN_KEY,
    OTHER,
    SCHEMES,
    Scheme,
    from_hubspot,
    from_klaviyo,
    from_microsoft,
    mutations,
    pubsub,
    risc,
    same_token,
    verify_microsoft,
)
from tests.reliability.door import Door, door
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally

DAY_S = 86_400
TAKEN, REFUSED = range(200, 300), range(400, 402)

# W1

EFFECTS = """
SELECT e.id, (SELECT count(*) FROM hook_log l WHERE l.event_id = e.id) AS times FROM hook_events e
"""


async def replays(ground: Ground, n: int) -> Tally:
    """The same request again and again: inside the window it is known, after it nobody's, and it has one effect."""
    tally, made = Tally(), max(2, n // 5)
    async with door(ground, "W1") as here:
        await here.connection("hubspot", "4711")
        address = await here.hooks.address(await here.connection("klaviyo", "Kv0001"))
        hooks = here.hooks
        sent = [hooks.hubspot(hooks.item(k)) if k % 2 else hooks.klaviyo(address, f"e{k}") for k in range(made)]
        for later, hubspots, klaviyos in (
            (0, TAKEN, TAKEN),
            (140, TAKEN, TAKEN),
            (150, TAKEN, TAKEN),
            (12, REFUSED, TAKEN),
            (14 * DAY_S, REFUSED, REFUSED),
        ):
            await hooks.time_machine.advance(later)
            for k, request in enumerate(sent):
                status = await hooks.send(request)
                tally.see(status in (hubspots if k % 2 else klaviyos), f"+{later} s: {request.url.path[:16]} {status}")
            await here.handle()
        found = [row["times"] for row in await here.world.admin.fetch(EFFECTS)]
        tally.figures["effects per event"] = sum(found) / made
        tally.violations += [f"{len(found)} events of {made}, {sum(found)} effects"] * (found != [1] * made)
    return tally


async def replays_believed(ground: Ground, n: int) -> Tally:
    """The broken variant looks neither at the time nor at the event's name."""
    with broken(hubspot, "check_window", lambda *_: None), broken(klaviyo, "digest", lambda *_: uuid4().hex):
        return await replays(ground, n)


# W2


async def _refused(verify: Callable[[Incoming], Awaitable[Any]], one: Incoming) -> bool:
    try:
        await verify(one)
    except (Refused, Forged):
        return True
    return False


def _forged(scheme: Scheme, rng: random.Random, n: int) -> Iterator[Incoming]:
    """One flipped bit each; what flips a bit without a meaning is the genuine one."""
    while n > 0:
        found = [one for one in mutations(scheme, rng, n) if not (scheme.is_token and same_token(one, scheme.genuine))]
        yield from found
        n -= len(found)


FOREIGN: dict[str, Callable[[], Incoming]] = {
    "hubspot": partial(from_hubspot, secret=OTHER),
    "klaviyo": partial(from_klaviyo, OTHER),
    "risc": partial(risc, key=FOREIGN_KEY),
    "pubsub": partial(pubsub, key=FOREIGN_KEY),
}
SHARES = {"hubspot": 0.45, "klaviyo": 0.45, "risc": 0.05, "pubsub": 0.05}


async def forgeries(ground: Ground, n: int) -> Tally:
    """Flipped bits, other tenants' keys, no proof or one of an older kind: nothing is believed, parsed or stored."""
    rng, tally, parsed = ground.rng("W2"), Tally(), count()

    def counting(incoming: Incoming) -> Any:
        next(parsed)
        return read_body(incoming)

    with broken(hubspot, "read", counting), broken(klaviyo, "read", counting):
        for scheme in SCHEMES:
            for one in _forged(scheme, rng, round(n * 0.95 * SHARES[scheme.name])):
                tally.see(await _refused(scheme.verify, one), f"{scheme.name}: a flipped bit is believed")
            foreign = FOREIGN[scheme.name]()
            tally.see(await _refused(scheme.verify, foreign), f"{scheme.name}: another's key is believed")
        tally.see(await _refused(verify_microsoft, from_microsoft(OTHER)), "microsoft: another's state is believed")
        await _at_the_door(ground, rng, n - tally.n, tally)
    tally.figures["parsed"] = next(parsed)
    tally.violations += ["bodies were parsed before they were verified"] * bool(tally.figures["parsed"])
    return tally


async def _at_the_door(ground: Ground, rng: random.Random, n: int, tally: Tally) -> None:
    async with door(ground, "W2") as here:
        hooks = here.hooks
        mine, theirs = [await hooks.address(await here.connection("klaviyo", name)) for name in ("Kv1", "Kv2")]
        states = [await hooks.address(await here.connection("microsoft", name)) for name in ("t.1", "t.2")]
        for number in range(n):
            kind = rng.choice(["bit", "secret", "tenant", "downgrade", "unsigned", "state", "address"])
            good = hooks.hubspot(hooks.item(number))
            if kind == "bit":
                raw, at = bytearray(good.content), rng.randrange(len(good.content))
                raw[at] ^= 1 << rng.randrange(8)
                request = hooks.http.build_request("POST", good.url, headers=_kept(good), content=bytes(raw))
            elif kind == "secret":
                request = hooks.hubspot(hooks.item(number), secret="another")
            elif kind == "tenant":
                request = hooks.klaviyo(mine, f"e{number}", secret=theirs.secret)
            elif kind == "downgrade":
                old = {"x-hubspot-signature": _v1(good.content), "x-hubspot-signature-version": "v1"}
                request = hooks.http.build_request("POST", good.url, headers=old, content=good.content)
            elif kind == "unsigned":
                request = hooks.http.build_request("POST", good.url, content=good.content)
            elif kind == "state":
                item = {"id": str(number), "changeType": "created", "clientState": states[1].secret}
                request = hooks.http.build_request("POST", states[0].url, json={"value": [item]})
            else:
                request = hooks.http.build_request("POST", f"{mine.url[:-4]}{rng.randrange(1000):04}", content=b"{}")
            status = await hooks.send(request)
            tally.see(status == 401, f"at the door: {kind} is answered {status}")
        rows, counted = await hooks.rows(), sum((await hooks.refused()).values())
        tally.violations += [f"{rows} rows"] * (rows != (0, 0)) + [f"{counted} counted of {n}"] * (counted != n)


def _kept(request: httpx.Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name.startswith("x-")}


def _v1(body: bytes) -> str:
    return sha256(b"our-secret" + body).hexdigest()


async def forgeries_believed(ground: Ground, n: int) -> Tally:
    """The broken variant parses first, and compares only the first letters of a signature."""

    def nearly(one: str | bytes, other: str | bytes) -> bool:
        return one[:8] == other[:8]

    with broken(klaviyo, "equal", nearly), broken(hubspot, "equal", nearly):
        return await forgeries(ground, max(n, 200))


# W4

LOOK = """
WITH begun AS (
    UPDATE jobs SET state = 'done', finished_at = app_now()
    WHERE kind = 'probe' AND state = 'ready' AND due_at <= app_now() RETURNING id
) SELECT count(*) FROM begun
"""
ASKED = "SELECT count(*) FROM hook_log WHERE outcome = 'probe'"
TOLD = "SELECT count(*) FROM hook_events"
REPEATED = "SELECT coalesce(sum(duplicates), 0)::int FROM hook_events"


async def duplicates(ground: Ground, n: int) -> Tally:
    """A thousand times the same, and hints by the hundred: each event once, and a look in ten seconds at most."""
    tally, rng = Tally(), ground.rng("W4")
    async with door(ground, "W4") as here:
        await here.connection("google", "pat@example.test")
        await here.connection("hubspot", "4711")
        distinct, steps = max(1, n // 1000), 60
        again = [here.hooks.hubspot(here.hooks.item(k)) for k in range(distinct)]
        for number in range(n // 2):
            status = await here.hooks.send(again[number % distinct])
            tally.see(status == 204, f"a duplicate is answered {status}")
        stored = await here.ask(TOLD), await here.ask(REPEATED)
        tally.violations += [f"(events, repeated): {stored}"] * (stored != (distinct, n // 2 - distinct))
        began, looks = here.hooks.now, 0
        for step in range(steps):
            for number in range(max(1, n // 2 // steps)):
                await _hint(here, f"{step}-{number}-{rng.random()}")
                tally.n += 1
            await here.handle()
            looks += await here.ask(LOOK)  # begun at once, so that each hint finds none that still waits to begin
            await here.hooks.time_machine.advance(1)
        asked, span_s = await here.ask(ASKED), (here.hooks.now - began).total_seconds()
        tally.figures |= {"looks": looks, "asked for": asked, "in s": round(span_s)}
        tally.violations += [f"{looks} looks in {span_s:.0f} s"] * (looks > span_s // 10 + 1 or looks < 1)
    return tally


async def _hint(here: Door, name: str) -> None:
    now = here.hooks.now
    event = HookEvent(name, Kind.CHANGED, "mailbox", "pat@example.test", occurred_at=now)
    await store(here.hooks.rt, "google", b"{}", [event])


async def duplicates_uncounted(ground: Ground, n: int) -> Tally:
    """The broken variant looks at once for each hint."""
    with broken(effects, "TOGETHER", timedelta(0)):
        return await duplicates(ground, n)


# W8

CORPUS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><svg/onload=alert(1)>",
    "javascript:alert(1)", "<!--", "]]>", "{{7*7}}", "\u2028<b>", "%3Cscript%3E", "'-alert(1)-'", "&lt;script&gt;",
    "<\u0000script>", "\ufeff<x>",
    "Set-Cookie: a=b", "\r\nSet-Cookie: a=b", "\r\n\r\n<html>", "+ADw-script+AD4-", "a" * 4096, "<" * 4096,
)  # fmt: skip
LONGEST = 5_000  # of characters that may take twelve each in a URL, which our own client cuts at 65,536
OPENING = frozenset(b"<>\"'")


async def handshakes(ground: Ground, n: int) -> Tally:
    """Whatever is given to us to repeat: plain text, escaped, bounded, and no header of its own."""
    tally, rng = Tally(), ground.rng("W8")
    async with door(ground, "W8") as here:
        graph = await here.hooks.address(await here.connection("microsoft", "t.1"))
        keap = await here.hooks.address(await here.connection("keap", "ab123"))
        for number in range(n):
            token = "".join(rng.choice(CORPUS) for _ in range(rng.randint(1, 3))) * (300 if number % 97 == 0 else 1)
            token = token[:LONGEST]
            if number % 4:
                answer = await here.hooks.http.post(graph.url, params={"validationToken": token})
                tally.see(_inert(answer), f"{answer.status_code} to {token[:60]!r}: {answer.text[:60]!r}")
            else:
                headers = [(b"X-Hook-Secret", token[:8000].encode())]
                answer = await here.hooks.http.post(keap.url, headers=headers)
                tally.see(_inert(answer) and not answer.content, f"{answer.status_code} to {token[:60]!r}")
    return tally


def _inert(answer: httpx.Response) -> bool:
    plain = not answer.content or answer.headers["content-type"].startswith(("text/plain", "application/problem+json"))
    safe = answer.status_code >= 400 or not OPENING & set(answer.content)
    bounded = len(answer.content) <= 6 * microsoft.LONGEST_TOKEN and answer.status_code < 500
    no_more = "set-cookie" not in answer.headers and answer.headers.get("x-content-type-options") == "nosniff"
    return plain and safe and bounded and no_more


async def handshakes_repeated(ground: Ground, n: int) -> Tally:
    """The broken variant repeats what it is given."""
    with broken(microsoft, "handshake", lambda token: token):
        return await handshakes(ground, n)


ROWS = [
    Row("W1", "webhooks replayed, now, later, much later", "one effect", 5_000, replays, replays_believed),
    Row("W2", "forged webhooks", "refused, unparsed, no row", 100_000, forgeries, forgeries_believed),
    Row("W4", "storms of duplicates and hints", "one look in 10 s", 6_000, duplicates, duplicates_uncounted),
    Row("W8", "handshakes as attacks", "plain, escaped, bounded", 6_000, handshakes, handshakes_repeated),
]
