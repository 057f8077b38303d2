"""Row A5: what no client of ours would send, in every place of every operation."""

import json
import random
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

from mailwarden.core import api
from tests.isolation.bodies import body_of
from tests.isolation.checks import ENDS, STREAMS
from tests.isolation.party import ASKS_OUTSIDE
from tests.isolation.slots import Description
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser
from tests.support.routes import Operation, operations

DEEP = 2_000
TEXTS = (
    "\x00",
    "a\x00b",
    "\ud800",
    "\U0010ffff" * 50,
    "A" * 5_000,
    "\u202egnp.exe",
    "' OR 1=1 --",
    "{{7*7}}${7*7}",
    "%00%0a",
    "../../etc/passwd",
    "-1",
    "NaN",
    "1e400",
    str(2**70),
    "",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999-23:59",
    "conn_" + "f" * 32,
)
VALUES: tuple[Any, ...] = (None, True, -1, 2**70, 1e308, [], {}, [[]], {"a": {}}, *TEXTS)
RAW = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe{}",
    b'{"a":NaN}',
    b'{"a":1,"a":2}',
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b'{"name":"\\ud800"}',
    b'{"name":"\\u0000"}',
    b"1" * 5_000,
    b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--",
)
KINDS = (
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "multipart/form-data; boundary=x",
    "",
    "/",
)
HEADERS = (
    "If-Match",
    "Idempotency-Key",
    "Accept",
    "Accept-Encoding",
    "Content-Type",
    "Last-Event-ID",
    "Cookie",
    "Range",
)
UNSTORABLE = ("a\x00b", "\x00", "text\x00")
SEARCHES = ("list_campaigns", "list_audit_log", "create_organization")
WRONG = "answered 5"


def _path(rng: random.Random, one: Operation) -> str:
    path = one.example_path()
    if "{" in one.path and rng.random() < 0.4:
        path = path.rpartition("/")[0] + "/" + quote(rng.choice(TEXTS).encode("utf-8", "surrogatepass"), safe="")
    return path


def _body(rng: random.Random, described: Description, one: Operation) -> bytes:
    """One value of a good body replaced, or no body that anybody could read."""
    made = body_of(described, one.name, {})
    if rng.random() < 0.3 or not isinstance(made, dict):
        return rng.choice(RAW)
    name = rng.choice([*made, "unknown"])
    return json.dumps(made | {name: rng.choice(VALUES)}).encode()


def request(rng: random.Random, described: Description, one: Operation, http: httpx.AsyncClient) -> httpx.Request:
    names = described.queries.get(one.name, []) or ["unknown"]
    asked = "".join(
        f"&{name}={quote(rng.choice(TEXTS).encode('utf-8', 'surrogatepass'), safe='')}"
        for name in rng.choices(names, k=rng.randint(0, 3))
    )
    headers = {"If-Match": '"v1"'}
    if rng.random() < 0.2:
        headers[rng.choice(HEADERS)] = rng.choice(TEXTS).encode("ascii", "ignore").decode().replace("\x00", "")
    content = b""
    if one.method in ("POST", "PATCH", "PUT"):
        content = b"{}" if one.name in ASKS_OUTSIDE else _body(rng, described, one)
        headers.setdefault("Content-Type", KINDS[0] if rng.random() < 0.8 else rng.choice(KINDS))
    return http.build_request(one.method, f"{_path(rng, one)}?x={asked}", content=content, headers=headers)


def _judged(tally: Tally, one: Operation, sent: httpx.Request, answer: httpx.Response) -> None:
    told = f"{one.method} {one.path} answered {answer.status_code} to {str(sent.url)[-80:]} {sent.content[:60]!r}"
    problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    tally.see(
        answer.status_code < 500 and (answer.status_code < 400 or problem or not one.path.startswith("/v1")), told
    )


async def malformed(ground: Ground, n: int, only: Sequence[str] = ()) -> Tally:
    tally, rng = Tally(), ground.rng("A5")
    async with living(ground, "A5") as world:
        owner: Browser = await world.sign_up()
        described = Description(world.app.openapi())
        left_out = STREAMS | ENDS | {"delete_organization", "update_organization"}
        offered = [one for one in operations(world.app) if one.name in only or (not only and one.name not in left_out)]
        transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            for number in range(n):
                http.cookies = httpx.Cookies(owner.http.cookies)
                http.headers["x-csrf"] = owner.http.headers["x-csrf"]
                one = offered[number % len(offered)]
                sent = request(rng, described, one, http)
                _judged(tally, one, sent, await http.send(sent))
                if number % 200 == 0:
                    await world.admin.execute("DELETE FROM throttles")
        kept = (await owner.get("/v1/me")).status_code
    tally.violations += [f"the session did not survive: {kept}"] * (kept != 200)
    tally.figures["operations"] = len(offered)
    return tally


async def malformed_into_the_database(ground: Ground, n: int) -> Tally:
    """The broken variant takes for a bug of its own what PostgreSQL cannot store."""
    with broken(api, "NOT_TEXT", ()), broken(sys.modules[__name__], "TEXTS", UNSTORABLE):
        return await malformed(ground, max(n, 100), SEARCHES)


ROWS = [
    Row(
        "A5",
        "malformed input everywhere",
        "4xx with a problem body",
        20_000,
        malformed,
        malformed_into_the_database,
        quick=270,
        sign=WRONG,
    )
]
