from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.core.ids import new_id
from mailwarden.core.paging import BadCursor, Cursors

CURSORS = Cursors(b"k" * 32)
ORG = new_id()


@given(position=st.lists(st.text() | st.integers() | st.none(), max_size=4))
def test_a_cursor_says_where_the_list_stopped(position: list[object]) -> None:
    assert CURSORS.decode(ORG, "campaigns", CURSORS.encode(ORG, "campaigns", position)) == position


@pytest.mark.parametrize(("org_id", "scope"), [(new_id(), "campaigns"), (ORG, "alerts"), (ORG, "campaigns|q=x")])
def test_a_cursor_of_another_list_is_refused(org_id: UUID, scope: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.decode(org_id, scope, CURSORS.encode(ORG, "campaigns", [1]))


def test_a_cursor_of_another_key_is_refused() -> None:
    with pytest.raises(BadCursor):
        CURSORS.decode(ORG, "campaigns", Cursors(b"j" * 32).encode(ORG, "campaigns", [1]))


@settings(max_examples=500)
@given(junk=st.text(max_size=60))
def test_junk_is_a_bad_cursor_not_a_crash(junk: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.decode(ORG, "campaigns", junk)


def test_every_edited_character_is_noticed() -> None:
    cursor = CURSORS.encode(ORG, "campaigns", ["2026-11-22T09:30:00+00:00", "x"])
    for index, old in enumerate(cursor[:-1]):
        edited = cursor[:index] + ("A" if old != "A" else "B") + cursor[index + 1 :]
        with pytest.raises(BadCursor):
            CURSORS.decode(ORG, "campaigns", edited)
