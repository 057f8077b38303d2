"""A start with keys that do not open what is stored is refused, and says which key ids are wrong; never a key."""

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mailwarden.cli.doctor import encryption_keys
from mailwarden.compose import open_runtime
from mailwarden.core.crypto import Keyring
from mailwarden.core.db import reader
from mailwarden.core.key_check import KeyCheck, WrongKeys, check_keys, forget_key
from mailwarden.core.roles import Role
from mailwarden.core.rotate import rotate_keys
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.settings import Settings
from mailwarden.tables import metadata
from tests.conftest import MakeConnection
from tests.support.time import TimeMachine

OLD = Keyring(primary="old", keys={"old": b"o" * 32}, lookup=b"l" * 32)
BOTH = replace(OLD, primary="new", keys={"new": b"n" * 32, "old": b"o" * 32})
NEW = replace(OLD, primary="new", keys={"new": b"n" * 32})
IMPOSTOR = replace(OLD, keys={"old": b"x" * 32})


def with_keys(runtime: Runtime, keys: Keyring) -> Runtime:
    object.__setattr__(runtime, "keys", keys)  # what the factories seal with, too
    return runtime


async def start(runtime: Runtime, keys: Keyring) -> None:
    await check_keys(runtime.sessions, keys, metadata)


async def known(runtime: Runtime) -> set[str]:
    async with reader(runtime.sessions) as tx:
        return set(await tx.session.scalars(select(KeyCheck.key_id)))


async def test_the_same_keys_start_again(runtime: Runtime):
    await start(runtime, OLD)
    await start(runtime, OLD)
    assert await known(runtime) == {"old"}


async def test_another_key_under_a_known_id_is_refused_although_nothing_is_stored_yet(runtime: Runtime):
    await start(runtime, OLD)
    with pytest.raises(WrongKeys, match="'old' is not the one that sealed") as caught:
        await start(runtime, IMPOSTOR)
    assert "x" * 8 not in str(caught.value)


async def test_another_key_is_refused_also_where_it_no_longer_seals(runtime: Runtime):
    await start(runtime, OLD)
    with pytest.raises(WrongKeys, match="'old'"):
        await start(runtime, replace(BOTH, keys=dict(BOTH.keys) | dict(IMPOSTOR.keys)))
    assert await known(runtime) == {"old"}


async def test_a_key_that_is_missing_is_refused_while_something_is_sealed_under_it(
    runtime: Runtime, make_connection: MakeConnection
):
    await start(with_keys(runtime, OLD), OLD)
    await make_connection()
    with pytest.raises(WrongKeys, match="'old' is not configured"):
        await start(runtime, NEW)
    await start(runtime, BOTH)
    assert await known(runtime) == {"old", "new"}


async def test_after_the_rotation_the_old_key_may_go(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine
):
    await start(with_keys(runtime, OLD), OLD)
    await make_connection()
    await start(runtime, BOTH)
    await rotate_keys(with_keys(runtime, BOTH))
    await start(runtime, NEW)
    assert await known(runtime) == {"old", "new"}
    await time_machine.advance(timedelta(days=2))
    await start(runtime, NEW)
    assert await known(runtime) == {"new"}


async def test_a_key_that_is_lost_for_good_can_be_given_up(runtime: Runtime, make_connection: MakeConnection):
    await start(with_keys(runtime, OLD), OLD)
    await make_connection()
    assert await forget_key(runtime.sessions, "old")
    assert not await forget_key(runtime.sessions, "old")
    await start(runtime, NEW)


@pytest.fixture
def instance(settings: Settings, servers: EmbeddedServers, database: str, tmp_path: Path) -> Settings:
    where = {"url": servers.dsn(Role.APP, database), "system_url": servers.dsn(Role.SYSTEM, database)}
    redis = {"url": servers.redis_url}
    return Settings(_env_file=None, environment="test", database=where, redis=redis, data_dir=tmp_path)


def keyed(instance: Settings, key_id: str, byte: bytes) -> Settings:
    security = instance.security.model_copy(
        update={"encryption_keys": type(instance.security.encryption_keys)(spelled(key_id, byte))}
    )
    return instance.model_copy(update={"security": security})


def spelled(key_id: str, byte: bytes) -> str:
    return f"{key_id}:{base64.b64encode(byte * 32).decode()}"


async def test_the_runtime_does_not_open_and_the_doctor_says_why(runtime: Runtime, instance: Settings):
    async with open_runtime(keyed(instance, "old", b"o"), application="test"):
        pass
    wrong = keyed(instance, "old", b"x")
    with pytest.raises(WrongKeys):
        async with open_runtime(wrong, application="test"):
            pytest.fail("it opened")
    found = await encryption_keys(wrong)
    assert (found.what, found.ok) == ("encryption keys", False)
    assert "'old' is not the one" in found.detail
    assert (await encryption_keys(keyed(instance, "old", b"o"))).ok
