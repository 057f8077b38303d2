"""Advice is a change of the facts, and its gain is what that change brings."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from mailwarden.deliverability.facts import Authentication, Listing
from mailwarden.deliverability.score.rules.advice import Advice, advise
from mailwarden.deliverability.score.rules.caps import EVIDENCE
from mailwarden.deliverability.score.rules.facts import Facts
from mailwarden.deliverability.score.rules.model import LINES, model
from mailwarden.deliverability.score.rules.rollup import Portfolio, roll_up, what_if
from mailwarden.deliverability.score.rules.texts import BANDS, CAPS, PARTS, cap_text, percent, tell
from mailwarden.deliverability.score.rules.texts import LINES as LINE_WORDS
from tests.deliverability.score.made import NOTHING, PERFECT, TODAY, healthy, mail
from tests.deliverability.score.test_rollup import portfolios

BEST = Facts((healthy(50_000),), PERFECT, ())


def advice(one: Facts, domain: str = "a.example") -> dict[str, Advice]:
    return {found.hint.code: found for found in advise(roll_up(Portfolio(domains={domain: one}), TODAY))}


def with_records(**over: object) -> Facts:
    return replace(BEST, authentication=replace(PERFECT, **over))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(portfolios)
def test_gain_is_what_the_change_brings(one: Portfolio):
    account = roll_up(one, TODAY)
    found = advise(account)
    assert [each.gain for each in found] == sorted((each.gain for each in found), reverse=True)
    for each in found:
        after = what_if(account, each.hint.changes, each.hint.domain).result
        assert each.gain == after.points - account.result.points >= 0
        assert each.score_after == after.score
        assert all(tell(each.hint))
        if one.domains:
            again = roll_up(one.changed(each.hint.changes, each.hint.domain), TODAY).result
            assert (again.points, again.lines) == (after.points, after.lines)


def test_of_the_best_there_is_little_to_say():
    assert set(advice(BEST)) <= {"E4"}


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ({"spf": "none"}, "A-spf-none"),
        ({"spf": "permerror"}, "A-spf-permerror"),
        ({"spf": "pass_all"}, "A-spf-pass_all"),
        ({"spf": "neutral"}, "A-spf-neutral"),
        ({"spf": "not_covering"}, "A-spf-not_covering"),
        ({"dkim": "none"}, "A-dkim-none"),
        ({"dkim": "weak"}, "A-dkim-weak"),
        ({"dkim": "revoked"}, "A-dkim-revoked"),
        ({"dkim": "fair"}, "A-dkim-fair"),
        ({"dmarc": "absent"}, "A-dmarc-absent"),
        ({"dmarc": "invalid"}, "A-dmarc-invalid"),
        ({"dmarc": "none"}, "A-dmarc-p-none"),
        ({"dmarc": "quarantine"}, "A-dmarc-p-quarantine"),
        ({"dmarc_testing": True}, "A-dmarc-testing"),
        ({"dmarc_rua": False}, "A-dmarc-rua"),
        ({"dmarc_aligned": False}, "A-dmarc-unaligned"),
        ({"fcrdns": False}, "A-fcrdns"),
    ],
)
def test_each_fault_of_a_record_has_its_advice(records: dict[str, object], code: str):
    found = advice(with_records(**records))[code]
    assert found.gain > 0
    title, text = tell(found.hint)
    assert "a.example" in title + text


def test_what_brings_most_comes_first():
    both = replace(with_records(dmarc="none"), days=(healthy(50_000, complained=250),))
    found = advise(roll_up(Portfolio(domains={"a.example": both}), TODAY))
    assert found[0].hint.code == "C2"
    assert "250 of 50,000 messages" in tell(found[0].hint)[1]


def test_a_listing_tells_its_way_off():
    own = Listing("spamhaus", "Spamhaus ZEN", "192.0.2.1", "ip", "A")
    shared, weak = replace(own, shared=True), replace(own, tier="D", operator="uceprotect", list="UCEPROTECT-3")
    assert advice(replace(BEST, listings=(own,)))["L-own"].score_after == 99
    assert advice(replace(BEST, listings=(shared,)))["L-shared"].gain > 0
    assert advice(replace(BEST, listings=(weak,)))["L-nothing"].hint.severity == "info"


def test_kinds_of_bounces():
    assert advice(replace(BEST, days=(healthy(50_000, hard=3000),)))["B1"].gain > 0
    assert advice(replace(BEST, days=(healthy(50_000, soft=6000),)))["B3"].gain > 0
    blocked = replace(healthy(50_000), blocked=1000)
    assert advice(replace(BEST, days=(blocked,)))["B2"].gain > 0


def test_what_is_not_known_is_said_and_costs_nothing():
    silent = replace(healthy(50_000), complaint_base=0, open_base=0, opened=0)
    found = advice(replace(BEST, days=(silent,)))
    assert (found["C3"].gain, found["E3"].gain) == (0, 0)


def test_sudden_volume_of_somebody_new():
    days = tuple(healthy(100, day=TODAY - timedelta(days=age)) for age in range(1, 6))
    assert "V1" in advice(replace(BEST, days=(*days, healthy(1000))))
    assert "V1" not in advice(replace(BEST, days=(*days, healthy(200))))


def test_mail_of_all_domains_is_spoken_of_once():
    shared = (mail(50_000, complained=100),)
    domains = {name: Facts(authentication=PERFECT, listings=()) for name in ("a.example", "b.example")}
    codes = [one.hint.code for one in advise(roll_up(Portfolio(shared, domains), TODAY))]
    assert codes.count("C1") == 1


def test_every_name_has_words():
    chosen = model()
    assert set(chosen.caps) | {EVIDENCE, "worst_domain"} == set(CAPS)
    assert set(LINE_WORDS) == {*LINES, "limit"}
    assert set(PARTS) == {part.name for part in chosen.parts}
    assert {word for _, word in chosen.bands} == set(BANDS)
    assert "gmail" in cap_text("complaints_critical:gmail")


def test_percentages_are_whole_numbers_behind_the_scenes():
    assert [percent(one) for one in (0, 99, 100, 1234, 10_000, 125_000)] == [
        "0 %",
        "0 %",
        "0.01 %",
        "0.12 %",
        "1 %",
        "12.5 %",
    ]


def test_facts_that_nobody_knows_lead_to_no_advice():
    unknown = replace(BEST, authentication=Authentication(), listings=None)
    assert not [code for code in advice(unknown) if code.startswith(("A-", "L-"))]
    assert NOTHING.spf == "none"
