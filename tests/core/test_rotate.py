"""After a rotation nothing is sealed by an old key, in whichever column of whichever organization."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailwarden.core import rotate
from mailwarden.core.crypto import Keyring, Place, Sealed, split
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.rotate import owner_of, rotate_keys, sealed_columns
from mailwarden.core.runtime import Runtime
from mailwarden.tables import metadata
from tests.support.rows import Rows, fill, secret_of

OLD = Keyring(primary="old", keys={"old": b"o" * 32}, lookup=b"l" * 32)
BOTH = replace(OLD, primary="new", keys={"new": b"n" * 32, "old": b"o" * 32})
NEW = replace(OLD, primary="new", keys={"new": b"n" * 32})
COLUMNS = [(table.name, column.name) for table, column in sealed_columns(metadata)]


@pytest_asyncio.fixture(loop_scope="session")
async def schema_owner(owner_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(owner_url)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def organizations(runtime: Runtime, schema_owner: AsyncEngine) -> dict[UUID, Rows]:
    async with schema_owner.begin() as connection:
        return {org: await fill(connection, OLD, org) for org in (new_id(), new_id(), new_id())}


async def stored(engine: AsyncEngine) -> dict[Place, bytes]:
    found: dict[Place, bytes] = {}
    async with engine.connect() as connection:
        for table, column in sealed_columns(metadata):
            for row_id, org_id, sealed in await connection.execute(select(table.c.id, owner_of(table), column)):
                found[Place(table.name, column.name, org_id, row_id)] = sealed
    return found


def test_the_columns_we_know_of_are_all_found() -> None:
    assert {
        ("credentials", "access_token"),
        ("credentials", "refresh_token"),
        ("credentials", "previous_refresh_token"),
        ("oauth_attempts", "verifier"),
        ("orphan_tokens", "answer"),
    } <= set(COLUMNS)


async def test_every_sealed_column_is_under_the_new_key(
    runtime: Runtime, organizations: dict[UUID, Rows], schema_owner: AsyncEngine
) -> None:
    counts = await rotate_keys(replace(runtime, keys=BOTH))
    assert {name: count.resealed for name, count in counts.items()} == {
        **{f"{t}.{c}": 3 for t, c in COLUMNS},
        "hook_deliveries.body": 0,
    }
    after = await stored(schema_owner)
    assert len(after) == 3 * len(COLUMNS)
    for place, sealed in after.items():
        assert split(sealed)[0] == "new"
        assert NEW.open(sealed, place) == secret_of(place)


async def test_a_second_run_finds_nothing(
    runtime: Runtime, organizations: dict[UUID, Rows], schema_owner: AsyncEngine
) -> None:
    await rotate_keys(replace(runtime, keys=BOTH))
    before = await stored(schema_owner)
    counts = await rotate_keys(replace(runtime, keys=BOTH))
    assert sum(count.resealed for count in counts.values()) == 0
    assert await stored(schema_owner) == before


async def test_small_batches_come_to_the_same_end(
    runtime: Runtime, organizations: dict[UUID, Rows], schema_owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotate, "BATCH", 1)
    await rotate_keys(replace(runtime, keys=BOTH))
    assert {split(sealed)[0] for sealed in (await stored(schema_owner)).values()} == {"new"}


async def test_what_cannot_be_opened_is_counted_and_kept(
    runtime: Runtime, organizations: dict[UUID, Rows], schema_owner: AsyncEngine
) -> None:
    org_id, rows = next(iter(organizations.items()))
    table, broken = metadata.tables["credentials"], OLD.seal("x", Place("elsewhere", "x", org_id, new_id()))
    async with schema_owner.begin() as connection:
        mine = update(table).where(table.c.id == rows["credentials"]["id"])
        await connection.execute(mine.values(access_token=broken))
    counts = await rotate_keys(replace(runtime, keys=BOTH))
    assert (counts["credentials.access_token"].resealed, counts["credentials.access_token"].unreadable) == (2, 1)
    place = Place("credentials", "access_token", org_id, rows["credentials"]["id"])
    assert (await stored(schema_owner))[place] == broken


async def test_a_disconnected_credential_holds_nothing_and_rotates_as_nothing(
    runtime: Runtime, organizations: dict[UUID, Rows], schema_owner: AsyncEngine
) -> None:
    table = metadata.tables["credentials"]
    _, rows = next(iter(organizations.items()))
    none = {"access_token": None, "refresh_token": None, "previous_refresh_token": None}
    async with schema_owner.begin() as connection:
        await connection.execute(update(table).where(table.c.id == rows["credentials"]["id"]).values(none))
    counts = await rotate_keys(replace(runtime, keys=BOTH))
    for column in none:
        count = counts[f"credentials.{column}"]
        assert (count.resealed, count.unreadable) == (2, 0)
    async with schema_owner.connect() as connection:
        row = await connection.execute(select(table).where(table.c.id == rows["credentials"]["id"]))
        assert none.items() <= dict(row.mappings().one()).items()


async def test_a_value_written_meanwhile_wins(
    runtime: Runtime, organizations: dict[UUID, Rows], schema_owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    org_id, rows = next(iter(organizations.items()))
    place = Place("credentials", "access_token", org_id, rows["credentials"]["id"])
    newer = BOTH.seal("newer", place)
    table = metadata.tables["credentials"]
    real = rotate._under_other_keys

    async def read_then_somebody_writes(*args, **kwargs):
        found = await real(*args, **kwargs)
        async with unit_of_work(runtime.sessions, org_id) as tx:
            await tx.session.execute(update(table).where(table.c.id == place.row_id).values(access_token=newer))
        return found

    monkeypatch.setattr(rotate, "_under_other_keys", read_then_somebody_writes)
    await rotate_keys(replace(runtime, keys=BOTH))
    assert (await stored(schema_owner))[place] == newer


def test_a_sealed_column_outside_a_tenants_table_is_a_mistake() -> None:
    wrong = MetaData()
    Table("loose", wrong, Column("id", Uuid(), primary_key=True), Column("secret", Sealed()), Column("x", LargeBinary))
    with pytest.raises(TypeError, match=r"loose\.secret"):
        list(sealed_columns(wrong))
