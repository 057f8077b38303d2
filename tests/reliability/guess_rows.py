"""Row S6: guessing passwords and finding out who has an account."""

import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from mailwarden.accounts import gates, passwords, sign_in
from tests.accounts.steps import prove_address
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import PASSWORD, Browser
from tests.support.world import BASE, World

MOST_IN_AN_HOUR = 16
APART_MS = 3.0
KNOWN = "person-1@example.com"
GUESSED, APART, LATER = "guesses in an hour", "tell apart", "later"
FORGET = "DELETE FROM throttles"
SAME: Sequence[tuple[str, dict[str, str]]] = (
    ("/v1/auth/sign-in", {"password": "not the password"}),
    ("/v1/auth/forgot-password", {}),
    ("/v1/auth/sign-up", {"password": PASSWORD, "name": "Pat", "organization_name": "Acme"}),
)
DRAWN = re.compile(r"[0-9a-f]{32,64}")  # ids and tokens: another at every answer


def stranger(world: World, number: int = 0) -> httpx.AsyncClient:
    """From a network of its own; what it claims about itself in a header counts for nothing."""
    transport = httpx.ASGITransport(world.app, client=(f"203.0.{number % 250}.7", 4711))
    forged = {"X-Forwarded-For": f"198.51.{number % 250}.9", "Forwarded": f"for=192.0.2.{number % 250}"}
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers=forged)


async def _guess_for_an_hour(world: World, tally: Tally, n: int, networks: int) -> None:
    """Whoever asks again the moment it is allowed, from one place or from many."""
    passed, looked_at, tries = 0.0, 0, 0
    while passed < 3600 and tries < n:
        tries += 1
        async with stranger(world, tries % networks) as http:
            answer = await http.post("/v1/auth/sign-in", json={"email": KNOWN, "password": f"guess number {tries}"})
        if answer.status_code == 429:
            wait_s = float(answer.headers["retry-after"])
            await world.advance(wait_s)
            passed += wait_s
        looked_at += answer.status_code == 401
        tally.see(answer.status_code in (401, 429), f"a guess was answered {answer.status_code}")
        if looked_at > MOST_IN_AN_HOUR:
            tally.violations.append(f"more than {MOST_IN_AN_HOUR} {GUESSED} were looked at, from {networks} networks")
            break
    tally.figures[f"{GUESSED}, {networks} networks"] = looked_at
    await world.admin.execute(FORGET)


async def _owner_gets_in(world: World, tally: Tally, owner: Browser) -> None:
    """Where they signed in before, however many guess elsewhere."""
    async with stranger(world) as http:
        for _ in range(8):
            await http.post("/v1/auth/sign-in", json={"email": KNOWN, "password": "not the password"})
    answer = await owner.http.post("/v1/auth/sign-in", json={"email": KNOWN, "password": PASSWORD})
    tally.see(answer.status_code == 200, f"the owner is locked out: {answer.status_code}")
    await world.admin.execute(FORGET)


def _told(answer: httpx.Response, email: str) -> tuple[Any, ...]:
    """All that an answer says, but for what differs between any two."""
    body = DRAWN.sub("#", answer.text.replace(email, "@"))
    names = sorted(name for name in answer.headers if name != "request-id")
    return answer.status_code, body, names


# What a caller can measure, and the same without the noise of a busy machine.
CLOCKS: Mapping[str, Callable[[], float]] = {"ms": time.perf_counter, "ms of work": time.process_time}


async def _alike(world: World, tally: Tally, n: int) -> None:
    """Known and unknown in turns, so that what else the machine does hits both."""
    for path, body in SAME:
        took: dict[tuple[str, bool], list[float]] = defaultdict(list)
        async with stranger(world) as http:
            for number in range(n):
                told = []
                for known in (True, False) if number % 2 else (False, True):
                    email = KNOWN if known else f"nobody-{number}@example.com"
                    begun = {name: clock() for name, clock in CLOCKS.items()}
                    answer = await http.post(path, json={"email": email, **body})
                    for name, clock in CLOCKS.items():
                        took[name, known].append((clock() - begun[name]) * 1000)
                    told.append(_told(answer, email))
                tally.see(told[0] == told[1], f"{path} {APART} by words: {told}")
                await world.admin.execute(FORGET)
        for name in CLOCKS:
            apart = _apart(took[name, True], took[name, False])
            tally.figures[f"{path.rpartition('/')[2]}: apart by {name}"] = round(apart.found, 2)
            if apart.found > apart.allowed:
                tally.violations.append(f"{path} {APART} by time: {apart.found:.1f} {name} {LATER}")


class Apart(NamedTuple):
    found: float
    allowed: float


def _apart(known: Sequence[float], unknown: Sequence[float]) -> Apart:
    """Noise is no difference: the medians must lie apart by more than their own error."""
    middle = statistics.median(known)
    spread = statistics.median(abs(one - middle) for one in known)
    return Apart(abs(middle - statistics.median(unknown)), max(APART_MS, 4 * spread / len(known) ** 0.5))


async def guesses(ground: Ground, n: int) -> Tally:
    tally = Tally()
    async with living(ground, "S6") as world:
        owner = await world.sign_up()
        await prove_address(world.runtime, owner)
        for networks in (1, 200):
            await _guess_for_an_hour(world, tally, n, networks)
        await _owner_gets_in(world, tally, owner)
        await _alike(world, tally, n)
    return tally


async def guesses_uncounted(ground: Ground, n: int) -> Tally:
    """The broken variant counts nothing, and saves the work for addresses that nobody has. Both must be noticed."""
    verify = passwords.verify_password

    async def hasty(stored: str | None, password: str) -> bool:
        return stored is not None and await verify(stored, password)

    async def uncounted(*_: Any) -> None:
        return

    with broken(sign_in, "verify_password", hasty), broken(gates, "count", uncounted):
        found = await guesses(ground, max(n, 30))
    both = all(any(sign in one for one in found.violations) for sign in (GUESSED, LATER))
    return found if both else Tally(found.n)


ROWS = [
    Row(
        "S6",
        "guesses, and who has an account",
        "a dozen an hour, all alike",
        500,
        guesses,
        guesses_uncounted,
        sign=GUESSED,
    )
]
