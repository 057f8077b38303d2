"""Whatever lies in whatever table: no sealed value, hash, token, password, cookie or key gets into a support bundle."""

import base64
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Column, LargeBinary, String, Table, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from mailwarden.core.crypto import Place, Sealed, SealedApart
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.redaction import Redactor, leaked
from tests.support.browser import Browser
from tests.support.rows import WORDS, Rows, canary, fill, secret_of, tenant_tables

PATH = "/v1/diagnostics/support-bundle"
LIKE_A_SECRET = re.compile(r"password|passwd|secret|token|hash|cookie|verifier|signature|private", re.IGNORECASE)
# Texts that a bundle carries. A secret that strayed into one of them must not get further.
CARRIED = {
    "refresh_attempts": ("evidence",),
    "transitions": ("note", "evidence"),
    "sync_runs": ("note", "error"),
    "jobs": ("last_error",),
    "oauth_attempts": ("detail",),
    "hook_log": ("topic", "outcome", "kind"),
    "connections": ("evidence", "account_label", "account_detail"),
}


@pytest_asyncio.fixture(loop_scope="session")
async def schema_owner(owner_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(owner_url)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def rows(runtime: Runtime, owner: Browser, schema_owner: AsyncEngine) -> Rows:
    """A row in every table of the organization."""
    there: Rows = {
        "organizations": {"id": owner.org_id},
        "users": {"id": owner.user_id},
        "memberships": {"id": new_id()},
        "sessions": {"id": new_id()},
    }
    async with schema_owner.begin() as connection:
        return await fill(connection, runtime.keys, owner.org_id, there)


def planted_name(table: Table, column: Column[Any]) -> str:
    return f"planted.{table.name}.{column.name}"


async def plant(connection: AsyncConnection, rows: Rows, value: dict[tuple[str, str], Any]) -> None:
    for table in tenant_tables():
        mine = {column: one for (name, column), one in value.items() if name == table.name}
        if mine:
            await connection.execute(update(table).where(table.c.id == rows[table.name]["id"]).values(mine))


def forms(secret: str | bytes) -> Iterator[str]:
    """How it could appear in a JSON file."""
    raw = secret.encode() if isinstance(secret, str) else secret
    yield raw.hex()
    yield base64.b64encode(raw).decode()
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
    yield repr(raw)[2:-1]
    if isinstance(secret, str):
        yield secret


async def everything(browser: Browser) -> str:
    """The preview, the list and the files of the download."""
    body = {"error_text": "It says: broken", "what_was_done": "Nothing"}
    made = await browser.post(PATH, body)
    assert made.status_code == 201, made.text
    listed = await browser.get(PATH)
    download = await browser.get(f"{PATH}/{made.json()['id']}/download")
    with zipfile.ZipFile(io.BytesIO(download.content)) as packed:
        files = [packed.read(name).decode() for name in packed.namelist()]
    return "\n".join([made.text, json.dumps(made.json(), ensure_ascii=False), listed.text, *files])


async def test_the_bundle_is_not_empty(owner: Browser, rows: Rows) -> None:
    """The positive control: rows of every log are in it."""
    logs = (await owner.post(PATH, {})).json()["content"]["logs"]
    assert all(logs[name] for name in ("authorizations", "refreshes", "status_changes", "syncs", "webhooks")), logs
    assert canary(owner.org_id) in json.dumps(logs)


async def test_no_sealed_value_and_no_binary_column_is_in_it(
    owner: Browser, rows: Rows, schema_owner: AsyncEngine
) -> None:
    told, looked = await everything(owner), 0
    async with schema_owner.connect() as connection:
        for table in tenant_tables():
            columns = [one for one in table.columns if isinstance(one.type, LargeBinary | Sealed | SealedApart)]
            for column in columns:
                asked = select(table.c.id, column).where(table.c.id == rows[table.name]["id"])
                for row_id, value in await connection.execute(asked):
                    plain = secret_of(Place(table.name, column.name, owner.org_id, row_id))
                    for form in (*forms(plain), *(forms(bytes(value)) if value else ())):
                        assert form not in told, (table.name, column.name)
                        looked += 1
    assert looked > 50


async def test_no_column_named_like_a_secret_is_in_it(owner: Browser, rows: Rows, schema_owner: AsyncEngine) -> None:
    values = {
        (table.name, column.name): planted_name(table, column)
        for table in tenant_tables()
        for column in table.columns
        if isinstance(column.type, String)
        and LIKE_A_SECRET.search(column.name)
        and (table.name, column.name) not in WORDS
    }
    assert ("users", "password_hash") in values
    async with schema_owner.begin() as connection:
        await plant(connection, rows, values)
    told = await everything(owner)
    assert "planted." not in told


async def test_a_secret_of_ours_that_strayed_into_a_text_is_taken_out_by_its_value(
    owner: Browser, rows: Rows, schema_owner: AsyncEngine, runtime: Runtime
) -> None:
    """The sealed token itself, without anything beside it that would make it look like one."""
    credential = rows["credentials"]["id"]
    token = secret_of(Place("credentials", "refresh_token", owner.org_id, credential))
    values = {
        (table, column): _holding(table, column, f"it said {token} and our-secret")
        for table, columns in CARRIED.items()
        for column in columns
    }
    async with schema_owner.begin() as connection:
        await connection.execute(text("UPDATE connections SET status = 'verifying'"))
        await plant(connection, rows, values)
    told = await everything(owner)
    assert "it said [removed] and [removed]" in told
    assert token not in told
    assert "our-secret" not in told
    made = (await owner.post(PATH, {"error_text": f"x {token}", "what_was_done": token})).json()
    assert token not in json.dumps(made)
    lines = {(one["where"], one["why"]) for one in made["redactions"]}
    assert ("error.text", "a secret that this installation holds") in lines
    assert ("logs.refreshes[].reason", "a secret that this installation holds") in lines


STRANGERS = {
    "bearer": "Authorization: Bearer qLx-zzTopSecretLetters",
    "cookie": "Cookie: __Host-session=TopSecretLetters; other=1",
    "pair": "refresh_token=TopSecretLetters",
    "json": '{"client_secret": "TopSecretLetters"}',
    "password": "password: TopSecretLetters",
    "url": "https://someone:TopSecretLetters@host.example/x",
    "query": "https://host.example/callback?code=TopSecretLetters&state=TopSecretLetters",
    "jwt": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJUb3BTZWNyZXQifQ.c2lnbmF0dXJl",
    "pem": "-----BEGIN PRIVATE KEY-----\nTopSecretLetters\n-----END PRIVATE KEY-----",
    "long word": "ya29.a0AfB_byC1234567890TopSecretLetters",
}


@pytest.mark.parametrize("name", STRANGERS)
async def test_a_secret_of_somebody_else_is_known_by_its_looks(
    owner: Browser, rows: Rows, schema_owner: AsyncEngine, name: str
) -> None:
    values = {
        (table, column): _holding(table, column, STRANGERS[name])
        for table, columns in CARRIED.items()
        for column in columns
    }
    async with schema_owner.begin() as connection:
        await plant(connection, rows, values)
    told = await everything(owner)
    assert "TopSecretLetters" not in told
    assert "eyJhbGciOiJub25lIn0" not in told


def _holding(table: str, column: str, words: str) -> Any:
    kind = next(one for one in tenant_tables() if one.name == table).c[column].type
    if not isinstance(kind, JSONB):
        return words
    if column == "error":
        return {"code": "unavailable", "title": "x", "detail": words, "provider_code": None, "access_token": words}
    if table == "refresh_attempts":
        return {"message": words, "status": 400, "provider_code": words, "access_token": words}
    if column == "detail":
        return {"detail": words, "provider_error": words, "code": words, "state": words}
    item = {
        "at": "2026-05-01T10:00:00+00:00",
        "signal": None,
        "operation": "api",
        "method": "GET",
        "host": "host.example",
        "path": "/x",
        "status": 400,
        "provider_code": words,
        "message": words,
        "provider_request_id": None,
    }
    return {"items": [item]}


async def test_addresses_of_others_are_masked(owner: Browser, rows: Rows, schema_owner: AsyncEngine) -> None:
    async with schema_owner.begin() as connection:
        await plant(connection, rows, {("connections", "account_label"): "pat.customer@clients.example"})
    told = await everything(owner)
    assert "pat.customer" not in told
    assert "p…@clients.example" in told


def test_a_bundle_that_still_held_a_secret_would_be_noticed() -> None:
    """The last net, with its negative control."""
    assert leaked("all is well", ["secret-1"]) == 0
    assert leaked("here is secret-1", ["secret-1", "secret-2", "abc"]) == 1


def test_shape_numbers_and_ids_stay() -> None:
    redactor = Redactor([], ids=frozenset({"provider_request_id"}))
    value = {
        "status": 503,
        "ok": True,
        "none": None,
        "provider_request_id": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "id": "conn_0190b6a7c1de7f3a8d5e4b2c9f017a36",
        "at": "2026-05-01T10:00:00.123456+00:00",
        "detail": "status code: 503, state: connected, crm.objects.contacts.read was refused",
    }
    assert redactor.clean(value) == value
    assert redactor.manifest() == []


async def test_a_secret_inside_a_stored_answer_is_known_and_its_plain_words_are_not(
    owner: Browser, rows: Rows, schema_owner: AsyncEngine, runtime: Runtime
) -> None:
    orphan = rows["orphan_tokens"]["id"]
    answer = json.dumps({"refresh_token": "orphan-letters", "token_type": "bearer", "scopes": ["success", "hubspot"]})
    sealed = runtime.keys.seal(answer, Place("orphan_tokens", "answer", owner.org_id, orphan))
    async with schema_owner.begin() as connection:
        await plant(
            connection, rows, {("orphan_tokens", "answer"): sealed, ("transitions", "note"): "an orphan-letters"}
        )
    content = (await owner.post(PATH, {})).json()["content"]
    assert content["logs"]["status_changes"][0]["note"] == "an [removed]"
    assert content["connections"][0]["provider"] == "hubspot"


async def test_a_password_that_is_a_number_or_a_name_of_a_field_stops_nothing(
    owner: Browser, rows: Rows, schema_owner: AsyncEngine, runtime: Runtime
) -> None:
    for password in ("1000", "status", "2026"):
        place = Place("credentials", "refresh_token", owner.org_id, rows["credentials"]["id"])
        async with schema_owner.begin() as connection:
            await plant(connection, rows, {("credentials", "refresh_token"): runtime.keys.seal(password, place)})
        content = (await owner.post(PATH, {"error_text": f"x {password}"})).json()["content"]
        assert content["error"]["text"] == "x [removed]"
        assert "status" in content["connections"][0]
