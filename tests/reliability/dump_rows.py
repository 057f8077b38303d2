"""Row S8: somebody has a dump of the database, and not the keys."""

import asyncio
import base64
import os
import subprocess
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import httpx
import pyotp

from mailwarden.accounts.rules import SCOPES
from mailwarden.core.crypto import CannotOpen, Keyring, Place
from mailwarden.core.rotate import sealed_columns
from mailwarden.tables import metadata
from tests.developers.oauth.steps import Program, code_for, tokens_for
from tests.developers.steps import make_key
from tests.reliability.canary_rows import PROVIDERS, _known, _rows, forms
from tests.reliability.live import connected, living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import PASSWORD, Browser
from tests.support.world import BASE, MAIL, World

IN_THE_OPEN = "lies in the dump"
HOOK = {"url": "http://127.0.0.1:9/hook"}
HASHES = (
    "SELECT encode(token_hash, 'hex') AS found FROM sessions UNION ALL SELECT encode(secret_hash, 'hex') FROM api_keys"
    " UNION ALL SELECT public_key FROM api_keys UNION ALL SELECT encode(token_hash, 'hex') FROM oauth_tokens"
)


def dump(dsn: str) -> bytes:
    """As text: rows as PostgreSQL writes them, bytes in hex."""
    parts = urlsplit(dsn)
    env = os.environ | {"PGPASSWORD": parts.password or ""}
    done = subprocess.run(["pg_dump", dsn], capture_output=True, env=env, check=False)
    if done.returncode == 0:
        return done.stdout
    return b""  # this machine's pg_dump is older than the server: rows are read by hand


async def _secrets(world: World, browser: Browser) -> dict[str, str]:
    """Everything that opens something, by what it is."""
    found: dict[str, str] = {}
    key = await make_key(browser, sorted(SCOPES))
    found["an API key"] = key["secret"]
    http = httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url=BASE)
    async with http:
        program = Program(http)
        tokens = await tokens_for(program, browser)
        found |= {"an access token": tokens["access_token"], "a refresh token": tokens["refresh_token"]}
        found["a code"] = await code_for(program, browser)
    endpoint = await browser.post("/v1/webhook-endpoints", HOOK)
    assert endpoint.status_code == 201, endpoint.text
    found["a signing secret"] = endpoint.json()["secret"]
    found |= await _second_factor(world, browser)
    for number, one in enumerate(sorted(await _known(world, [browser]))):
        found[f"secret {number}"] = one
    return found


async def _second_factor(world: World, browser: Browser) -> dict[str, str]:
    made = (await browser.post("/v1/me/second-factor", {"current_password": PASSWORD})).json()
    code = pyotp.TOTP(made["setup_key"]).at(world.now())
    confirmed = await browser.post("/v1/me/second-factor/confirm", {"code": code})
    assert confirmed.status_code == 200, confirmed.text
    return {"a second factor's key": made["setup_key"], "a recovery code": confirmed.json()["recovery_codes"][0]}


async def stolen(ground: Ground, n: int) -> Tally:
    tally = Tally()
    async with living(ground, "S8") as world:
        links = await connected(world, n, (*PROVIDERS, MAIL))
        browsers = list({id(link.browser): link.browser for link in links}.values())
        secrets: list[tuple[str, str]] = []
        for who in browsers:
            secrets += (await _secrets(world, who)).items()
        text = await asyncio.to_thread(dump, world.dsn) or await _rows(world)
        for what, secret in secrets:
            where = [form for form in forms(secret) if form in text]
            tally.see(not where, f"{what} {IN_THE_OPEN}: {secret[:6]}…")
        await _nothing_opens(world, tally)
        await _nobody_gets_in(world, tally)
    tally.figures |= {"secrets looked for": len(secrets), "kB of dump": round(len(text) / 1000)}
    return tally


def _other_keys(keys: Keyring) -> Sequence[Keyring]:
    """What a thief may try: the published key of development is one of them only where it was used."""
    same_id = Keyring(keys.primary, {keys.primary: os.urandom(32)}, os.urandom(32))
    return same_id, Keyring("k2", {"k2": os.urandom(32)}, os.urandom(32))


async def _nothing_opens(world: World, tally: Tally) -> None:
    for table, column in sealed_columns(metadata):
        owner = "org_id" if "org_id" in table.c else "user_id"
        name = column.name
        asked = f"SELECT id, {owner} AS owner, {name} AS sealed FROM {table.name} WHERE {name} IS NOT NULL"
        for row in await world.admin.fetch(asked):
            place = Place(table.name, name, row["owner"], row["id"])
            for keys in _other_keys(world.runtime.keys):
                try:
                    keys.open(row["sealed"], place)
                except CannotOpen:
                    tally.n += 1
                else:
                    tally.see(False, f"{table.name}.{column.name} {IN_THE_OPEN}: opened with another key")


def _as_token(found: str) -> Iterator[str]:
    yield found
    if len(found) > 8:
        raw = bytes.fromhex(found)
        yield base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def _nobody_gets_in(world: World, tally: Tally) -> None:
    """With what is stored instead of a secret."""
    transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        for row in await world.admin.fetch(HASHES):
            for one in _as_token(row["found"]):
                for headers in ({"Authorization": f"Bearer {one}"}, {"Cookie": f"session={one}"}):
                    answer = await http.get("/v1/me", headers=headers)
                    tally.see(answer.status_code == 401, f"a stored hash let somebody in: {answer.status_code}")


async def stolen_unsealed(ground: Ground, n: int) -> Tally:
    """The broken variant writes secrets down as they are."""
    header = b"plain:"

    def seal(_: Keyring, secret: str, place: Place) -> bytes:
        return header + secret.encode()

    def reveal(_: Keyring, sealed: bytes, place: Place) -> str:
        if not sealed.startswith(header):
            raise CannotOpen("of before")
        return sealed.removeprefix(header).decode()

    with broken(Keyring, "seal", seal), broken(Keyring, "open", reveal):
        return await stolen(ground, n)


ROWS = [
    Row(
        "S8",
        "a stolen dump of the database",
        "nothing of use without keys",
        48,
        stolen,
        stolen_unsealed,
        sign=IN_THE_OPEN,
    )
]
