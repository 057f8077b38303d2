"""What providers pushed is sealed, too: after a rotation none of it needs an old key."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mailwarden.core import rotate
from mailwarden.core.crypto import Keyring, Place, split
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.key_check import WrongKeys, check_keys
from mailwarden.core.rotate import rotate_keys
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.models import HookDelivery
from mailwarden.hooks.store import body_place, store
from mailwarden.providers.hooks.base import HookEvent, Kind
from mailwarden.tables import metadata

OLD = Keyring(primary="old", keys={"old": b"o" * 32}, lookup=b"l" * 32)
BOTH = replace(OLD, primary="new", keys={"new": b"n" * 32, "old": b"o" * 32})
NEW = replace(OLD, primary="new", keys={"new": b"n" * 32})
BODY = "hook_deliveries.body"


@pytest.fixture
async def kept(runtime: Runtime) -> list[UUID]:
    rt = replace(runtime, keys=OLD)
    for number in range(7):
        await store(rt, "hubspot", b'{"n": %d}' % number, [HookEvent(f"k{number}", Kind.UNINSTALLED, "t", "4711")])
    return list(await bodies(runtime))


async def bodies(rt: Runtime) -> dict[UUID, bytes]:
    async with reader(rt.sessions) as tx:
        asked = select(HookDelivery.id, HookDelivery.body).order_by(HookDelivery.id)
        return {one: body for one, body in await tx.session.execute(asked) if body is not None}


@pytest.mark.parametrize(("page", "batch"), [(2_000, 20), (7, 2), (3, 1)])
async def test_they_are_sealed_anew(
    runtime: Runtime, kept: list[UUID], monkeypatch: pytest.MonkeyPatch, page: int, batch: int
) -> None:
    monkeypatch.setattr(rotate, "PAGE_APART", page)
    monkeypatch.setattr(rotate, "BATCH_APART", batch)
    first = (await rotate_keys(replace(runtime, keys=BOTH)))[BODY]
    assert (first.resealed, first.unreadable) == (7, 0)
    found = await bodies(runtime)
    assert {split(sealed)[0] for sealed in found.values()} == {"new"}
    assert [NEW.open(found[one], body_place(one)) for one in kept] == [f'{{"n": {number}}}' for number in range(7)]
    assert (await rotate_keys(replace(runtime, keys=BOTH)))[BODY].resealed == 0
    assert await bodies(runtime) == found


async def test_one_that_cannot_be_opened_is_counted_and_kept(runtime: Runtime, kept: list[UUID]) -> None:
    broken = OLD.seal("x", Place("elsewhere", "x", None, new_id()))
    async with unit_of_work(runtime.sessions) as tx:
        await tx.session.execute(update(HookDelivery).where(HookDelivery.id == kept[3]).values(body=broken))
    counts = (await rotate_keys(replace(runtime, keys=BOTH)))[BODY]
    assert (counts.resealed, counts.unreadable) == (6, 1)
    assert (await bodies(runtime))[kept[3]] == broken


async def test_a_start_without_their_key_is_refused_until_they_are_rotated(runtime: Runtime, kept: list[UUID]) -> None:
    await check_keys(runtime.sessions, OLD, metadata)
    with pytest.raises(WrongKeys, match="'old' is not configured"):
        await check_keys(runtime.sessions, NEW, metadata)
    await rotate_keys(replace(runtime, keys=BOTH))
    await check_keys(runtime.sessions, NEW, metadata)
