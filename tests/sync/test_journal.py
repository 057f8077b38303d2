"""What the journal keeps of an answer, and for how long."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Retention
from mailwarden.sync.journal import PRUNE, redacted
from mailwarden.sync.models import JournalEntry
from tests.support.jobs import drain
from tests.support.time import TimeMachine
from tests.sync.conftest import Desk
from tests.sync.portal import Portal


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"replyTo":"pat.o\'neil+x@mail.example.com"}', b'{"replyTo":"[e-mail]"}'),
        (b'"a@b.test","c@d.test"', b'"[e-mail]","[e-mail]"'),
        (b"a@b.test@c.test", b"[e-mail]@c.test"),
        ('"jürgen@büro.example"'.encode(), b'"[e-mail]"'),
        (b'{"templatePath":"@hubspot/email/dnd.html"}', b'{"templatePath":"@hubspot/email/dnd.html"}'),
        (b"50 @ 3.20, me@localhost", b"50 @ 3.20, me@localhost"),
        (b"", b""),
    ],
)
def test_addresses_are_blanked_and_nothing_else(body: bytes, kept: bytes):
    assert redacted(body) == kept


@given(st.text(alphabet='ab@. "+-é'), st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.[a-z]{2,3}", fullmatch=True))
def test_no_address_survives_wherever_it_stands(around: str, address: str):
    assert f'"{address}"'.encode() not in redacted(f'{around}"{address}"{around}'.encode())


async def test_bodies_go_after_their_days_and_hashes_stay(desk: Desk, portal: Portal, time_machine: TimeMachine):
    portal.add(2)
    await desk.sync()
    async with unit_of_work(desk.runtime.sessions, desk.org_id) as tx:
        await enqueue(tx, PRUNE, desk.org_id)
    await time_machine.advance(13 * 86_400)
    await drain(desk.runtime)
    assert all(one.body is not None for one in await desk.rows(JournalEntry))
    await time_machine.advance(2 * 86_400)
    await drain(desk.runtime)
    entries = await desk.rows(JournalEntry)
    assert [one.body for one in entries] == [None] * len(entries)
    assert all(len(one.body_sha256) == 32 for one in entries)


async def test_an_operator_may_keep_no_bodies_at_all(desk: Desk, portal: Portal):
    portal.add(1)
    desk.runtime = replace(desk.runtime, config=replace(desk.runtime.config, retention=Retention(sync_bodies_days=0)))
    await desk.sync()
    assert all(one.body is None and one.body_bytes > 0 for one in await desk.rows(JournalEntry))
