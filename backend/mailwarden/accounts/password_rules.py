"""Which passwords are too easily guessed. Length is asked for elsewhere; what it is made of is never prescribed."""

import re
from collections.abc import Collection, Iterable

LEET = str.maketrans("013457$@!", "oieastsai")
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "01234567890123456789",
)
EDGE = re.compile(r"^[\W\d_]+|[\W\d_]+$")
SHORTEST_WORD = 4
OWN_NAME = "mailwarden"


def is_common(password: str, common: Collection[str]) -> bool:
    """A listed password, one with digits around it or written several times, a row of keys, or next to no variety."""
    folded = password.casefold()
    return len(set(folded)) < 4 or any(_is_row(one) or _is_one_of(one, common) for one in _forms(folded))


def holds_context(password: str, words: Iterable[str]) -> bool:
    """Little more than what an attacker knows of this person: their address, their names, ours."""
    forms = set(_forms(password.casefold()))
    known = {part for word in (*words, OWN_NAME) for part in _parts(word)}
    return any(_is_one_of(form, known) or _mostly(form, known) for form in forms)


def _forms(folded: str) -> list[str]:
    """As written, without the digits and signs around it, and both with letters for look-alikes."""
    tight = re.sub(r"\s+", "", folded)
    written = {*_trimmed(tight), *_trimmed(tight[::-1], backwards=True)}
    return [form for one in written for form in {one, one.translate(LEET)} if form]


def _trimmed(text: str, *, backwards: bool = False) -> Iterable[str]:
    """As it is, and with one to all of the digits and signs dropped from its end; so `trustno12026` is `trustno1`."""
    letters = len(re.sub(r"[\W\d_]+$", "", text))
    for length in range(letters, len(text) + 1):
        kept = text[:length][::-1] if backwards else text[:length]
        yield kept
        if length == letters:  # and of the other end
            yield re.sub(r"[\W\d_]+$" if backwards else r"^[\W\d_]+", "", kept)


def _is_one_of(form: str, words: Collection[str]) -> bool:
    return any(unit in words for unit in _units(form))


def _units(form: str) -> Iterable[str]:
    """Itself, and what it repeats: `dragondragon` is `dragon`."""
    yield form
    for times in range(2, len(form) // 2 + 1):
        size, rest = divmod(len(form), times)
        if rest == 0 and form[:size] * times == form:
            yield form[:size]


def _is_row(form: str) -> bool:
    return len(form) >= SHORTEST_WORD and any(unit in row or unit in row[::-1] for row in ROWS for unit in _units(form))


def _parts(word: str) -> set[str]:
    """An address gives its local part and its domain's names; a name gives its words, and both as one."""
    folded = word.casefold()
    pieces = [*re.split(r"[\W_]+", folded), folded.partition("@")[0], re.sub(r"[\W_]+", "", folded), folded]
    return {piece for piece in pieces if len(piece) >= SHORTEST_WORD}


def _mostly(form: str, words: Collection[str]) -> bool:
    """What is left without them is no password by itself."""
    left = form
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != form and len(re.sub(r"[\W\d_]+", "", left)) < SHORTEST_WORD
