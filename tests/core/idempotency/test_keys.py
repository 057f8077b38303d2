"""One Idempotency-Key, one effect: whatever is repeated, at whatever moment."""

import asyncio
import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from mailwarden.accounts.access_models import ApiKey
from mailwarden.core.db import unit_of_work
from mailwarden.core.idempotency.asked import digest
from mailwarden.core.idempotency.models import IdempotencyKey
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.conftest import NewClient
from tests.developers.steps import as_program, make_key
from tests.support.browser import Browser, sign_up

PATH = "/v1/api-keys"
BODY = {"name": "Once", "scopes": ["data:read"]}


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


async def effects(rt: Runtime, browser: Browser) -> int:
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        mine = select(func.count()).select_from(ApiKey).where(ApiKey.org_id == browser.org_id)
        return await tx.session.scalar(mine) or 0


async def stored(rt: Runtime, browser: Browser) -> list[IdempotencyKey]:
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        mine = select(IdempotencyKey).where(IdempotencyKey.org_id == browser.org_id)
        return list(await tx.session.scalars(mine))


async def test_a_repeated_request_gets_the_first_answer(runtime: Runtime, owner: Browser) -> None:
    first = await owner.post(PATH, BODY, headers=key("one"))
    again = await owner.post(PATH, BODY, headers=key("one"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert await effects(runtime, owner) == 1


async def test_the_stored_answer_is_sealed(runtime: Runtime, owner: Browser) -> None:
    secret = (await owner.post(PATH, BODY, headers=key("one"))).json()["secret"]
    row = (await stored(runtime, owner))[0]
    assert secret.encode() not in (row.body or b"")


async def test_what_was_asked_cannot_be_guessed_from_what_is_kept(runtime: Runtime, owner: Browser) -> None:
    """Bodies hold passwords: whoever reads the table alone must not be able to try words against it."""
    await owner.post(PATH, BODY, headers=key("one"))
    scope = {"method": "POST", "path": PATH, "query_string": b""}
    plain = digest(scope, json.dumps(BODY).encode())
    assert (await stored(runtime, owner))[0].fingerprint == runtime.keys.fingerprint(plain.hex()) != plain


async def test_the_same_json_in_other_words_is_the_same_request(runtime: Runtime, owner: Browser) -> None:
    await owner.post(PATH, BODY, headers=key("one"))
    text = json.dumps(dict(reversed(BODY.items())), indent=4)
    again = await owner.http.post(PATH, content=text, headers={**key("one"), "Content-Type": "application/json"})
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("other", [{"name": "Twice"}, {"scopes": ["status:read"]}])
async def test_another_request_with_the_same_key_is_refused(
    runtime: Runtime, owner: Browser, other: dict[str, Any]
) -> None:
    await owner.post(PATH, BODY, headers=key("one"))
    answer = await owner.post(PATH, BODY | other, headers=key("one"))
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    path = await owner.post("/v1/alerts/read-all", headers=key("one"))
    assert path.json()["code"] == "idempotency_key_reused"
    assert await effects(runtime, owner) == 1


async def test_what_was_refused_leaves_the_key_free(runtime: Runtime, owner: Browser) -> None:
    for body in ({"name": "x"}, BODY | {"scopes": ["no:such"]}):
        assert (await owner.post(PATH, body, headers=key("one"))).status_code == 422
    assert (await owner.post(PATH, BODY, headers=key("one"))).status_code == 201
    assert await effects(runtime, owner) == 1


@pytest.mark.parametrize("bad", ["", " ", "with space", "x" * 256, "ü"])
async def test_only_visible_ascii_is_a_key(owner: Browser, bad: str) -> None:
    answer = await owner.http.post(PATH, json=BODY, headers={b"Idempotency-Key": bad.encode()})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")


async def test_a_key_belongs_to_whoever_sent_it(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    other = await sign_up(new_client(), "other@example.com")
    one, two = await owner.post(PATH, BODY, headers=key("one")), await other.post(PATH, BODY, headers=key("one"))
    assert one.json()["secret"] != two.json()["secret"]
    scopes = ["organization:write", "status:read"]
    programs = [as_program(new_client(), (await make_key(owner, scopes))["secret"]) for _ in range(2)]
    for number, program in enumerate(programs):
        headers = {**key("two"), "If-Match": f'"v{number + 1}"'}
        answer = await program.patch("/v1/organization", json={"name": f"By {number}"}, headers=headers)
        assert (answer.status_code, answer.json()["name"]) == (200, f"By {number}")
        assert answer.headers["etag"] == f'"v{number + 2}"'
        repeated = await program.patch("/v1/organization", json={"name": f"By {number}"}, headers=headers)
        assert (repeated.content, repeated.headers["etag"]) == (answer.content, answer.headers["etag"])


async def test_a_failure_did_nothing_and_frees_the_key(runtime: Runtime, owner: Browser) -> None:
    """The commit itself fails: what an effect had written is gone with the row of the key."""
    real = runtime.sessions
    failing = replace(runtime, keys=replace(runtime.keys, primary="no such key"))  # sealing the answer is a bug then
    transport = httpx.ASGITransport(create_app(failing), raise_app_exceptions=False)
    headers = {**key("one"), "x-csrf": owner.http.headers["x-csrf"]}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", cookies=owner.http.cookies
    ) as http:
        answer = await http.post(PATH, json=BODY, headers=headers)
    assert (answer.status_code, runtime.sessions) == (500, real)
    assert (await effects(runtime, owner), await stored(runtime, owner)) == (0, [])
    assert (await owner.post(PATH, BODY, headers=key("one"))).status_code == 201


async def test_while_the_first_runs_the_second_is_told_to_wait(runtime: Runtime, owner: Browser) -> None:
    row = IdempotencyKey(org_id=owner.org_id, principal=f"user:{owner.user_id}", key="one", fingerprint=b"x")
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        tx.session.add(row)
        await tx.session.flush()
        answer = await owner.post(PATH, BODY, headers=key("one"))
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_in_use")
    assert answer.headers["retry-after"] == "1"


async def test_routes_that_call_others_are_covered_too(runtime: Runtime, owner: Browser, statements: list[str]) -> None:
    first = await owner.post("/v1/diagnostics/quick", headers=key("one"))
    again = await owner.post("/v1/diagnostics/quick", headers=key("one"))
    assert first.status_code == again.status_code
    assert (first.content, again.headers["idempotency-replayed"]) == (again.content, "true")


async def test_a_lease_of_a_dead_process_ends(runtime: Runtime, owner: Browser, time_machine: Any) -> None:
    await owner.post("/v1/diagnostics/quick", headers=key("one"))
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        running = {"status": None, "body": None, "lease_until": runtime.clock.now() + timedelta(minutes=2)}
        mine = update(IdempotencyKey).where(IdempotencyKey.org_id == owner.org_id)
        await tx.session.execute(mine.values(running))
    assert (await owner.post("/v1/diagnostics/quick", headers=key("one"))).status_code == 409
    await time_machine.advance(121)
    assert (await owner.post("/v1/diagnostics/quick", headers=key("one"))).status_code == 200
    assert len(await stored(runtime, owner)) == 1


async def test_switching_the_organization_keeps_its_answer(owner: Browser) -> None:
    body = {"organization_id": owner.me["organization"]["id"]}
    first = await owner.post("/v1/me/active-organization", body, headers=key("one"))
    again = await owner.post("/v1/me/active-organization", body, headers=key("one"))
    assert (first.status_code, first.content) == (200, again.content)


@pytest.mark.parametrize("seed", range(3))
async def test_many_at_once_have_one_effect(runtime: Runtime, owner: Browser, seed: int) -> None:
    """Twenty clients, a few keys, bodies that differ: per key one effect and one answer, byte for byte."""
    rng = random.Random(seed)
    asked = [(f"key-{rng.randrange(5)}", f"name-{rng.randrange(2)}") for _ in range(60)]
    places = asyncio.Semaphore(20)

    async def ask(name: str, body: str) -> httpx.Response:
        async with places:
            await asyncio.sleep(rng.random() / 50)
            return await owner.post(PATH, BODY | {"name": body}, headers=key(name))

    answers = await asyncio.gather(*(ask(*one) for one in asked))
    made: dict[str, set[bytes]] = {}
    for (name, _), answer in zip(asked, answers, strict=True):
        assert answer.status_code in (201, 409, 422, 503), answer.text
        if answer.status_code == 201:
            made.setdefault(name, set()).add(answer.content)
    assert all(len(one) == 1 for one in made.values())
    assert await effects(runtime, owner) == len(made) == len({name for name, _ in asked})
