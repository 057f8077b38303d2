"""Which new passwords are refused, and that good ones are not."""

import hashlib
import io
import random
import string
from dataclasses import replace
from pathlib import Path

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from mailwarden.accounts.breached import Unsorted, convert, is_breached
from mailwarden.accounts.password_policy import check_password, common_passwords
from mailwarden.accounts.password_rules import holds_context, is_common
from mailwarden.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from mailwarden.core.errors import Invalid
from mailwarden.core.runtime import Runtime
from tests.conftest import NewClient
from tests.support.browser import PASSWORD, Browser

PERSON = ("pat.miller@example.com", "Pat Miller", "Acme Corporation")
GOOD = ("correct horse battery staple", "a quite different passphrase", "Zahnradbahn im Regen", "пароль из трёх слов")


@pytest.mark.parametrize(
    "password",
    [
        *("password1234", "P@ssw0rd2024!", "dragondragon", "qwertyuiop12", "123456789012", "aaaaaaaaaaaa"),
        *("abcabcabcabc", "summer2024!!", "!!!iloveyou!!!", "qazwsxedcrfv", "ababababababab", "zyxwvutsrqpo"),
    ],
)
def test_what_many_choose_is_common(password: str) -> None:
    assert is_common(password, common_passwords())


def test_the_three_thousand_most_used_are_refused() -> None:
    """By their length, or by name."""
    top = FREQUENCY_LISTS["passwords"][:3000]
    assert all(len(one) < MIN_LENGTH or is_common(one, common_passwords()) for one in top)


def test_written_twice_or_with_a_year_they_are_refused_too() -> None:
    top = [one for one in FREQUENCY_LISTS["passwords"][:3000] if len(one) >= 4]
    for dressed in (lambda one: one * 3, lambda one: f"{one}2026", lambda one: f"  {one}!!"):
        assert all(is_common(dressed(one), common_passwords()) for one in top)


@pytest.mark.parametrize(
    "password",
    [
        "pat.miller@example.com",
        "PatMiller2026!",
        "acmecorporation",
        "Mailwarden2027",
        "pat miller 99 !",
        "M1ller.acme.12",
    ],
)
def test_what_is_known_of_a_person_is_no_password(password: str) -> None:
    assert holds_context(password, PERSON)


@pytest.mark.parametrize("password", [*GOOD, "Miller sells blue kites"])
def test_words_of_ones_own_are_welcome(password: str) -> None:
    assert not is_common(password, common_passwords())
    assert not holds_context(password, PERSON)


def test_random_passwords_are_accepted() -> None:
    rng = random.Random(7)
    letters = string.ascii_letters + string.digits
    made = ["".join(rng.choices(letters, k=rng.randint(12, 24))) for _ in range(10_000)]
    refused = sum(is_common(one, common_passwords()) or holds_context(one, PERSON) for one in made)
    assert refused <= 50


def test_the_longest_passwords_are_judged_in_time() -> None:
    for nasty in ("a" * MAX_LENGTH, "ab" * 128, "mailwarden" * 25, "1" * MAX_LENGTH):
        assert is_common(nasty, common_passwords()) or holds_context(nasty, PERSON)


def breached(path: Path, *passwords: str) -> Path:
    sums = sorted(hashlib.sha1(one.encode()).hexdigest().upper() for one in passwords)
    with path.open("wb") as target:
        assert convert((f"{one}:7\n" for one in sums), target) == len(set(passwords))
    return path


def test_a_list_of_the_operators_is_looked_up_offline(tmp_path: Path) -> None:
    known = [f"leaked passphrase {number}" for number in range(1000)]
    file = breached(tmp_path / "list", *known)
    assert file.stat().st_size == 8000
    assert all(is_breached(file, one) for one in known)
    assert not any(is_breached(file, one) for one in GOOD)
    assert not is_breached(None, known[0])


def test_a_list_in_another_order_is_refused() -> None:
    with pytest.raises(Unsorted):
        convert(["FF" * 20, "00" * 20], io.BytesIO())
    with pytest.raises(ValueError, match="no SHA-1"):
        convert(["FF"], io.BytesIO())


def test_a_breached_password_is_told_so(runtime: Runtime, tmp_path: Path) -> None:
    rt = replace(runtime, config=replace(runtime.config, breached_passwords=breached(tmp_path / "list", GOOD[0])))
    check_password(rt, GOOD[1], pointer="#/password")
    with pytest.raises(Invalid) as refused:
        check_password(rt, GOOD[0], pointer="#/password")
    assert refused.value.code == "password_breached"


async def test_every_way_to_a_new_password_asks(owner: Browser, new_client: NewClient) -> None:
    body = {"email": "new@example.com", "name": "N", "organization_name": "N", "password": "dragondragon"}
    signing_up = await new_client().post("/v1/auth/sign-up", json=body)
    assert (signing_up.status_code, signing_up.json()["code"]) == (422, "password_common")
    assert signing_up.json()["errors"][0]["pointer"] == "#/password"
    change = {"current_password": PASSWORD, "new_password": "owner@example.com"}
    changing = await owner.post("/v1/me/password", change)
    assert (changing.json()["code"], changing.json()["errors"][0]["pointer"]) == ("password_context", "#/new_password")
