"""Nobody writes a token but us, and none stands for more than it was written for (S7)."""

import base64
import random
import secrets
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.sending.tracking.tokens import LONGEST, MOST_LINKS, Kind, Token, Tokens

ROOT = b"k" * 32
TOKENS = Tokens({1: ROOT})
ORG, OTHER = UUID(int=1), UUID(int=2)
FORGERIES = 100_000

written = st.builds(Token, st.sampled_from([Kind.OPEN, Kind.UNSUBSCRIBE]), st.uuids(), st.booleans()) | st.builds(
    Token, st.just(Kind.CLICK), st.uuids(), st.booleans(), st.integers(0, MOST_LINKS)
)


def accepted(text: str, org: UUID = ORG, tokens: Tokens = TOKENS) -> Token | None:
    presented = tokens.read(text)
    return presented.token if presented is not None and tokens.is_of(presented, org) else None


@given(written)
def test_a_token_says_what_it_was_written_for_to_its_organization_alone(token: Token) -> None:
    text = TOKENS.write(ORG, token)
    assert accepted(text) == token
    assert accepted(text, OTHER) is None
    assert accepted(text, tokens=Tokens({1: b"x" * 32})) is None


@given(written)
def test_tokens_are_short_and_need_no_quoting(token: Token) -> None:
    text = TOKENS.write(ORG, token)
    assert len(text) <= 52 <= LONGEST
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(written, st.integers(0), st.integers(1, 255))
def test_no_bit_of_a_token_can_be_changed(token: Token, at: int, flips: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKENS.write(ORG, token) + "=="))
    raw[at % len(raw)] ^= flips
    assert accepted(base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


@given(written)
def test_a_token_has_one_spelling(token: Token) -> None:
    text = TOKENS.write(ORG, token)
    for other in (text + "=", text + "==", text + "A", text[:-1], " " + text, text + "\n", "." + text, text.swapcase()):
        assert accepted(other) is None
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert [one for one in letters if accepted(text[:-1] + one) is not None] == [text[-1]]


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_nothing_else_is_a_token(text: str) -> None:
    assert TOKENS.read(text) is None


def test_random_forgeries_are_refused() -> None:
    """Of tokens that are known: another kind, subject, link or proof; and plain guesses."""
    rng = random.Random(8058)
    known = [TOKENS.write(ORG, Token(Kind.CLICK, UUID(int=rng.getrandbits(128)), link=1)) for _ in range(100)]
    taken = 0
    for number in range(FORGERIES):
        raw = bytearray(base64.urlsafe_b64decode(known[number % 100]))
        if number % 2:
            start = rng.randrange(len(raw))
            stop = rng.randrange(start, len(raw)) + 1
            raw[start:stop] = rng.randbytes(stop - start)
        else:
            raw = bytearray(b"\x12") + rng.randbytes(rng.choice((36, 38)))
        text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        taken += text not in known and accepted(text) is not None
    assert taken == 0


@pytest.mark.parametrize("kind", list(Kind))
def test_a_token_of_one_kind_is_none_of_another(kind: Kind) -> None:
    subject = UUID(bytes=secrets.token_bytes(16))
    assert {Kind.OPEN, Kind.CLICK, Kind.UNSUBSCRIBE} == set(Kind)
    assert accepted(TOKENS.write(ORG, Token(kind, subject))) == Token(kind, subject)


def test_an_older_key_still_reads_what_it_wrote() -> None:
    token = Token(Kind.OPEN, UUID(int=5))
    old = TOKENS.write(ORG, token)
    both = Tokens({1: ROOT, 2: b"n" * 32})
    assert accepted(old, tokens=both) == token
    assert accepted(both.write(ORG, token)) is None
    assert accepted(both.write(ORG, token), tokens=Tokens({2: b"n" * 32})) == token
