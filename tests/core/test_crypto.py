from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.core.crypto import CannotOpen, Keyring, Place, token_hash
from mailwarden.core.ids import new_id

OLD = Keyring(primary="old", keys={"old": b"o" * 32}, lookup=b"l" * 32)
BOTH = Keyring(primary="new", keys={"new": b"n" * 32, "old": b"o" * 32}, lookup=b"l" * 32)
NEW = Keyring(primary="new", keys={"new": b"n" * 32}, lookup=b"l" * 32)
PLACE = Place("credentials", "access_token", new_id(), new_id())


@given(secret=st.text(st.characters(codec="utf-8"), max_size=300))
def test_what_was_sealed_opens_in_its_place(secret: str) -> None:
    sealed = OLD.seal(secret, PLACE)
    assert OLD.open(sealed, PLACE) == secret
    assert secret.encode() not in sealed or len(secret) < 4


def test_the_same_secret_never_looks_the_same() -> None:
    assert OLD.seal("x", PLACE) != OLD.seal("x", PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, table="orphan_tokens"),
        replace(PLACE, column="refresh_token"),
        replace(PLACE, org_id=new_id()),
        replace(PLACE, org_id=None),
        replace(PLACE, row_id=new_id()),
    ],
    ids=["table", "column", "organization", "no organization", "row"],
)
def test_a_ciphertext_opens_nowhere_else(elsewhere: Place) -> None:
    with pytest.raises(CannotOpen):
        OLD.open(OLD.seal("secret", PLACE), elsewhere)


def test_every_flipped_bit_is_noticed() -> None:
    sealed = OLD.seal("secret", PLACE)
    for position in range(len(sealed) * 8):
        damaged = bytearray(sealed)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(CannotOpen):
            OLD.open(bytes(damaged), PLACE)


@settings(max_examples=500)
@given(junk=st.binary(max_size=80) | st.binary(max_size=80).map(lambda tail: b"\x01\x03old" + tail))
def test_junk_is_refused_not_a_crash(junk: bytes) -> None:
    with pytest.raises(CannotOpen):
        OLD.open(junk, PLACE)


def test_every_cut_is_noticed() -> None:
    sealed = OLD.seal("secret", PLACE)
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            OLD.open(sealed[:length], PLACE)


def test_a_new_primary_seals_and_the_old_key_still_opens() -> None:
    before = OLD.seal("secret", PLACE)
    assert BOTH.open(before, PLACE) == "secret"
    assert NEW.open(BOTH.seal("secret", PLACE), PLACE) == "secret"
    with pytest.raises(CannotOpen, match="old"):
        NEW.open(before, PLACE)


def test_no_secret_shows_in_the_keyring_or_its_errors() -> None:
    assert "o" * 8 not in repr(OLD)
    with pytest.raises(CannotOpen) as caught:
        NEW.open(OLD.seal("very-secret", PLACE), PLACE)
    assert "very-secret" not in str(caught.value)


def test_lookups_are_keyed_and_token_hashes_are_stable() -> None:
    other = replace(OLD, lookup=b"m" * 32)
    assert OLD.fingerprint("x") == OLD.fingerprint("x") != other.fingerprint("x")
    assert token_hash("x") == token_hash("x") != token_hash("y")
