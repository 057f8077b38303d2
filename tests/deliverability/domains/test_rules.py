"""When a domain is looked at again, what stands meanwhile, and what is a change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.core.errors import Invalid
from mailwarden.deliverability.domains.facts import facts_of
from mailwarden.deliverability.domains.names import normalized, registered_domain, shown
from mailwarden.deliverability.domains.rules import (
    HELD,
    NORMAL,
    RESTLESS,
    Standing,
    is_in_trouble,
    next_check,
    settle,
)
from mailwarden.deliverability.domains.written import of_standing, standing_of
from mailwarden.deliverability.facts import Authentication
from mailwarden.deliverability.records.verdict import Check, Result, Verdict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def result(verdict: Verdict, *records: str, part: str = "", check: Check = Check.SPF, **facts: object) -> Result:
    return Result(check, "shop.example", verdict, "said", part, records=records, facts=facts)


def test_the_rhythm() -> None:
    def wait(age: timedelta | None, *, unheard: bool = False) -> timedelta:
        since = NOW - age if age is not None else None
        return next_check(NOW, since, unheard=unheard, spread=0.5) - NOW

    assert wait(None) == NORMAL
    assert wait(timedelta(0)) == timedelta(minutes=10)
    assert wait(2 * HOUR) == timedelta(minutes=30)
    assert wait(23 * HOUR) == HOUR
    assert wait(47 * HOUR) == 2 * HOUR
    assert wait(RESTLESS) == NORMAL
    assert wait(None, unheard=True) == HOUR


@given(st.timedeltas(timedelta(0), timedelta(days=9)), st.booleans(), st.floats(0, 1))
def test_a_check_comes_within_a_day_and_never_at_once(age: timedelta, unheard: bool, spread: float) -> None:
    at = next_check(NOW, NOW - age, unheard=unheard, spread=spread)
    assert timedelta(minutes=9) <= at - NOW <= 1.1 * NORMAL


def test_a_first_look_is_no_change_and_the_same_again_is_none() -> None:
    first, changes = settle({}, [result(Verdict.VALID, "a")], NOW)
    assert changes == ()
    again, changes = settle(first, [result(Verdict.VALID, "a")], NOW + HOUR)
    assert changes == ()
    assert again["spf"].since == NOW
    assert again["spf"].definite_at == NOW + HOUR


def test_another_record_is_a_change_from_and_to() -> None:
    first, _ = settle({}, [result(Verdict.VALID, "a")], NOW)
    then, [change] = settle(first, [result(Verdict.FAULT, "b")], NOW + HOUR)
    assert (change.before, change.after) == (
        {"verdict": "valid", "records": ["a"]},
        {"verdict": "fault", "records": ["b"]},
    )
    assert then["spf"].since == NOW + HOUR


def test_silence_changes_nothing_and_the_last_answer_stands_for_two_days() -> None:
    first, _ = settle({}, [result(Verdict.VALID, "a")], NOW)
    silent, changes = settle(first, [result(Verdict.UNKNOWN)], NOW + HOUR)
    assert changes == ()
    assert silent["spf"].verdict == "unknown"
    assert silent["spf"].shown(NOW + HELD) == "valid"
    assert silent["spf"].shown(NOW + HELD + HOUR) is None
    _, changes = settle(silent, [result(Verdict.VALID, "a")], NOW + 2 * HOUR)
    assert changes == ()
    _, changes = settle(silent, [result(Verdict.ABSENT)], NOW + 2 * HOUR)
    assert len(changes) == 1


def test_what_was_never_known_is_not_assessed() -> None:
    first, changes = settle({}, [result(Verdict.UNKNOWN)], NOW)
    assert changes == ()
    assert first["spf"].shown(NOW) is None


def test_keys_change_each_by_itself_and_one_that_comes_up_is_news() -> None:
    key = result(Verdict.VALID, "p=a", part="s1", check=Check.DKIM)
    whole = result(Verdict.VALID, check=Check.DKIM)
    first, _ = settle({}, [whole, key], NOW)
    came = result(Verdict.VALID, "p=b", part="k1", check=Check.DKIM, found_by="catalogue")
    asked = result(Verdict.ABSENT, part="s2", check=Check.DKIM)
    _, changes = settle(first, [whole, key, came, asked], NOW + HOUR)
    assert [change.part for change in changes] == ["k1"]
    gone = result(Verdict.ABSENT, part="s1", check=Check.DKIM)
    _, changes = settle(first, [result(Verdict.ABSENT, check=Check.DKIM), gone], NOW + HOUR)
    assert [change.part for change in changes] == ["s1"]


RESULTS = st.builds(
    result, st.sampled_from(list(Verdict)), st.sampled_from(["a", "b"]), part=st.sampled_from(["", "s1"])
)


@given(st.lists(RESULTS, max_size=12))
def test_changes_tell_the_whole_story_of_definite_answers(looks: list[Result]) -> None:
    standing: dict[str, Standing] = {}
    for step, look in enumerate(looks):
        before = standing.get(look.key)
        settled, changes = settle(standing, [look], NOW + step * HOUR)
        if look.verdict is Verdict.UNKNOWN:
            assert not changes
            assert settled[look.key].definite == (before.definite if before else None)
        for change in changes:
            assert change.before != change.after
        standing |= settled
        for one in standing.values():
            assert standing_of(of_standing(one)) == one


def test_trouble() -> None:
    assert is_in_trouble([result(Verdict.ABSENT)])
    assert is_in_trouble([result(Verdict.FAULT, check=Check.BIMI)])
    assert not is_in_trouble([result(Verdict.ABSENT, check=Check.BIMI), result(Verdict.UNKNOWN)])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Shop.Example. ", "shop.example"),
        ("news@shop.example", "shop.example"),
        ("müller.example", "xn--mller-kva.example"),
        ("mail.shop.co.uk", "mail.shop.co.uk"),
    ],
)
def test_names(typed: str, name: str) -> None:
    assert normalized(typed) == name


@pytest.mark.parametrize(
    "typed",
    ["", "shop", "192.0.2.1", "a b.example", "-a.example", "a..example", "x" * 64 + ".example", "_dmarc.a.example"],
)
def test_what_is_no_name(typed: str) -> None:
    with pytest.raises(Invalid):
        normalized(typed)


def test_registered_domains() -> None:
    assert registered_domain("mail.shop.co.uk") == "shop.co.uk"
    assert registered_domain("shop.example") == "shop.example"
    with pytest.raises(Invalid):
        registered_domain("co.uk")
    assert shown("xn--mller-kva.example") == "müller.example"


def test_facts_that_belong_together_are_of_one_look() -> None:
    """The latest look could not tell of the addresses: whose they were is what the one before it says."""
    silent = {"spf": "covers", "fcrdns": None, "dmarc": None, "own_ip": True}
    before = {"spf": "none", "fcrdns": False, "dmarc": "reject", "dmarc_rua": True, "own_ip": False}
    assert facts_of([silent, before]) == Authentication("covers", None, "reject", dmarc_rua=True, fcrdns=False)
    assert facts_of([silent]).own_ip is True
    assert facts_of([]) == Authentication()
