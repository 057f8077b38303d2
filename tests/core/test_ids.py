from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from mailwarden.core.ids import INVALID_ID, ConnectionId, format_id, new_id, parse_id


class Holder(BaseModel):
    id: ConnectionId


def test_keys_are_version_7_and_rise() -> None:
    keys = [new_id() for _ in range(1000)]
    assert {key.version for key in keys} == {7}
    assert keys == sorted(keys)
    assert len(set(keys)) == 1000


@given(value=st.uuids())
def test_an_id_reads_back_as_what_it_was(value: UUID) -> None:
    assert parse_id("conn", format_id("conn", value)) == value
    assert Holder(id=value).model_dump(mode="json") == {"id": f"conn_{value.hex}"}


@pytest.mark.parametrize(
    "text", ["", "conn_", "conn_x", "sync_" + "0" * 32, "0" * 32, "conn_" + "0" * 33, "conn_" + "g" * 32]
)
def test_another_kind_of_id_is_refused(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Holder.model_validate({"id": text})
    assert caught.value.errors()[0]["type"] == INVALID_ID


@given(value=st.text() | st.integers() | st.none())
def test_anything_else_is_refused_not_a_crash(value: object) -> None:
    with pytest.raises(ValidationError):
        Holder.model_validate({"id": value})
