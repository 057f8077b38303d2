"""Nothing is lost between the answer and its commit, and nothing overwritten (token-refresh R4-R6, R11)."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from mailwarden.connections import credentials
from mailwarden.connections.credentials import journal_of, read_held, replay_journal, store
from mailwarden.connections.models import Orphan
from mailwarden.connections.refresh import Result
from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Grant
from tests.conftest import MakeConnection
from tests.connections.fakes import TOKEN, granted
from tests.connections.token_steps import KLAVIYO_TOKEN, answer_of, credential, force, secrets
from tests.support.replies import Replies


class TestJournal:
    async def test_an_answer_on_disk_is_stored_by_the_next_start(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        journal_of(runtime).append(await answer_of(runtime, row))
        assert await replay_journal(runtime) == 1
        assert await secrets(runtime, row) == ("access-2", "refresh-2", "refresh-1")
        assert list(journal_of(runtime).entries()) == []

    async def test_is_replayed_once_even_by_two_at_a_time(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        journal_of(runtime).append(await answer_of(runtime, row))
        await asyncio.gather(replay_journal(runtime), replay_journal(runtime))
        assert (await credential(runtime, row)).version == 2

    async def test_holds_no_token_in_the_clear(self, runtime: Runtime, make_connection: MakeConnection) -> None:
        row = await make_connection()
        journal_of(runtime).append(await answer_of(runtime, row))
        files = list((runtime.config.data_dir / "token-journal").iterdir())
        assert [path.stat().st_mode & 0o777 for path in files] == [0o600]
        assert not any(b"access-2" in path.read_bytes() or b"refresh-2" in path.read_bytes() for path in files)

    async def test_an_entry_that_cannot_be_read_is_set_aside(self, runtime: Runtime) -> None:
        folder = runtime.config.data_dir / "token-journal"
        folder.mkdir(parents=True)
        (folder / "broken.answer").write_bytes(b"{")
        assert await replay_journal(runtime) == 0
        assert [path.name for path in folder.iterdir()] == ["broken.bad"]

    async def test_a_full_disk_stops_new_attempts_of_strict_providers_only(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        rt = replace(runtime, config=replace(runtime.config, data_dir=tmp_path / "file"))
        replies[TOKEN] = replies[KLAVIYO_TOKEN] = granted()
        fixed, strict = await make_connection(), await make_connection(provider="klaviyo")
        assert (await force(rt, fixed)).result is Result.REFRESHED
        assert (await force(rt, strict)).result is Result.NOT_CLAIMED
        assert replies.count(KLAVIYO_TOKEN) == 0


class TestCompareAndSwap:
    async def test_a_late_answer_becomes_an_orphan_and_overwrites_nothing(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        late = await answer_of(runtime, row)
        winner = replace(late, grant=Grant("access-w", "refresh-w", 1800, None))
        await store(runtime, winner)
        assert await store(runtime, late) is credentials.Stored.ORPHANED
        assert (await secrets(runtime, row))[:2] == ("access-w", "refresh-w")
        async with reader(runtime.sessions, row.org_id) as tx:
            assert len(list(await tx.session.scalars(select(Orphan)))) == 1

    async def test_a_commit_whose_acknowledgement_was_lost_counts_as_done(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        answer = await answer_of(runtime, row)
        await store(runtime, answer)
        assert await store(runtime, answer) is credentials.Stored.REFRESHED
        assert (await credential(runtime, row)).version == 2

    async def test_the_commit_is_tried_until_the_database_is_back(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        answer = await answer_of(runtime, row)
        outage: Iterator[bool] = iter([True, True, True])

        def sessions() -> Any:
            if next(outage, False):
                raise OperationalError("BEGIN", {}, OSError("the database is restarting"))
            return runtime.sessions.begin()

        flaky: Any = type("Flaky", (), {"begin": staticmethod(sessions)})()
        stored = await credentials.store_for_sure(replace(runtime, sessions=flaky), answer)
        assert stored is credentials.Stored.REFRESHED
        assert (await secrets(runtime, row))[0] == "access-2"

    async def test_expiry_counts_from_sending(self, runtime: Runtime, make_connection: MakeConnection) -> None:
        row = await make_connection()
        answer = await answer_of(runtime, row)
        await store(runtime, answer)
        held = await read_held(runtime, row.org_id, row.id)
        assert held.expires_at == answer.sent_at + timedelta(seconds=1800)
