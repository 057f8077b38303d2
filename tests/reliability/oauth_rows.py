"""Row S4: what is tried against authorization servers and their clients (RFC 9700), against both of our sides."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from mailwarden.developers.oauth import tokens
from mailwarden.developers.oauth.clients import Client
from tests.developers.oauth.steps import REDIRECT, WITHOUT_PKCE, Program, code_for, landed, tokens_for
from tests.developers.oauth.test_attacks import NOT_CALLBACKS
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser
from tests.support.world import BASE, World

ACCEPTED = "was accepted"
GOOD = re.compile(r"http://127\.0\.0\.1:[1-9]\d{0,4}/callback")
NOISE = "/.@:%2e#?&\\ \tA1é"
UNASKED: tuple[dict[str, str | None], ...] = (
    *WITHOUT_PKCE,
    {"response_type": "token"},
    {"response_type": "code token"},
    {"scope": "billing:write"},
    {"scope": "status:read account:own"},
)


@dataclass
class Scene:
    world: World
    rng: random.Random
    owner: Browser
    thief: Browser  # somebody else, signed in elsewhere
    http: httpx.AsyncClient  # nobody's

    def program(self) -> Program:
        return Program(self.http)

    def elsewhere(self) -> str:
        """An address that is nearly ours."""
        if self.rng.random() < 0.5:
            return self.rng.choice(NOT_CALLBACKS)
        at = self.rng.randrange(len(REDIRECT) + 1)
        made = REDIRECT[:at] + self.rng.choice(NOISE) + REDIRECT[at + self.rng.randint(0, 2) :]
        return made if not GOOD.fullmatch(made) else "http://evil.example/callback"


Attack = Callable[[Scene], Awaitable[str | None]]  # what was accepted; None: nothing


async def sent_elsewhere(scene: Scene) -> str | None:
    uri = scene.elsewhere()
    answer = await scene.owner.get(scene.program().request(redirect_uri=uri))
    return None if answer.status_code == 400 and "location" not in answer.headers else f"the way back {uri!r}"


async def without_proof(scene: Scene) -> str | None:
    over = scene.rng.choice(UNASKED)
    answer = await scene.owner.get(scene.program().request(**over))
    return None if "error" in landed(answer) else f"a request with {over}"


async def stolen_code(scene: Scene) -> str | None:
    """Without the verifier, as another program, for another way back; and then it is used up."""
    program = scene.program()
    code = await code_for(program, scene.owner)
    wrong = scene.rng.choice(
        ({"code_verifier": "x" * 43}, {"client_id": "mailwarden-extension"}, {"redirect_uri": REDIRECT + "/"})
    )
    for over in (wrong, {}):
        if (await program.redeem(code, **over)).status_code != 400:
            return f"a stolen code with {over or 'the verifier, after a wrong try'}"
    return None


async def code_twice(scene: Scene) -> str | None:
    program = scene.program()
    code = await code_for(program, scene.owner)
    given = await asyncio.gather(*(program.redeem(code) for _ in range(2)))
    good = [one.json()["access_token"] for one in given if one.status_code == 200]
    if len(good) != 1:
        return f"one code {len(good)} times"
    return "a token of a code that came twice" if await program.me(good[0]) != 401 else None


async def old_refresh_token(scene: Scene) -> str | None:
    program = scene.program()
    first = await tokens_for(program, scene.owner)
    second = (await program.refresh(first["refresh_token"])).json()
    third = (await program.refresh(second["refresh_token"])).json()
    if (await program.refresh(first["refresh_token"])).status_code != 400:
        return "a refresh token of before the last"
    return "a token of a stolen family" if await program.me(third["access_token"]) != 401 else None


async def forged_consent(scene: Scene) -> str | None:
    form = {"csrf": scene.thief.me["csrf_token"], "decision": "allow"}
    headers = scene.rng.choice(({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}))
    answer = await scene.owner.http.post(scene.program().request(), data=form, headers=headers)
    return None if answer.status_code == 403 else "a consent that nobody gave"


async def code_of_another(scene: Scene) -> str | None:
    """A real code of the provider, brought to us by the wrong browser, the wrong way, with another state, or twice."""
    how = scene.rng.choice(("another browser", "another provider", "another state", "twice"))
    account = await asyncio.to_thread(scene.world.sandbox.make_account, "hubspot", campaigns=1)
    started = await scene.owner.post("/v1/integrations/hubspot/connect", {})
    asked = scene.world.sandbox.decided(started.json()["authorize_url"], account)
    back = urlsplit((await scene.world.outside.get(asked)).headers["location"])
    code, state = (parse_qs(back.query)[name][0] for name in ("code", "state"))
    path, browser = back.path, scene.owner
    if how == "another browser":
        browser = scene.thief
    elif how == "another provider":
        path = path.replace("hubspot", "klaviyo")
    elif how == "another state":
        state = state[:-1] + ("A" if state[-1] != "A" else "B")
    else:
        await scene.owner.get(path, params={"code": code, "state": state})
    there = (await browser.get(path, params={"code": code, "state": state})).headers.get("location", "")
    return f"a code by {how}" if "connected=" in there else None


ATTACKS: tuple[tuple[Attack, int], ...] = (
    (sent_elsewhere, 10),
    (without_proof, 6),
    (stolen_code, 4),
    (code_twice, 2),
    (old_refresh_token, 2),
    (forged_consent, 4),
    (code_of_another, 2),
)


async def attacks(ground: Ground, n: int) -> Tally:
    tally, rng = Tally(), ground.rng("S4")
    async with living(ground, "S4") as world:
        transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            scene = Scene(world, rng, await world.sign_up(), await world.sign_up(), http)
            kinds, weights = zip(*ATTACKS, strict=True)
            for attack in [*kinds, *rng.choices(kinds, weights, k=n)][:n]:
                accepted = await attack(scene)
                tally.see(accepted is None, f"{accepted} {ACCEPTED}")
    return tally


async def attacks_believed(ground: Ground, n: int) -> Tally:
    """The broken variant sends people wherever they are said to come from, and takes any word for a proof."""
    trusting = broken(Client, "may_return_to", lambda _self, uri: uri.startswith("http"))
    with trusting, broken(tokens, "_proves", lambda *_: True):
        return await attacks(ground, max(n, 30))


ROWS = [
    Row(
        "S4",
        "attacks on sign-in by programs",
        "none accepted",
        1_500,
        attacks,
        attacks_believed,
        quick=14,
        sign=ACCEPTED,
    )
]
