"""The table that was measured when the formula was made, case by case."""

from dataclasses import replace
from typing import Any

import pytest

from mailwarden.deliverability.facts import Authentication, Listing
from mailwarden.deliverability.score.rules.facts import Facts
from mailwarden.deliverability.score.rules.scoring import Result, score
from tests.deliverability.score.made import NOTHING, PERFECT, TODAY, healthy, mail

MANY = 50_000


def average(**over: int) -> Facts:
    """The average sender of Mailchimp's table of October 2019; complaints of 2018."""
    counts: dict[str, Any] = {"hard": 200, "soft": 305, "complained": 6, **over}
    day = mail(MANY, clicked=0.0291, opened=0.227, unsubscribed=0.0025, **counts)
    return Facts((day,), PERFECT, ())


def listed(operator: str, tier: str, **over: bool) -> Facts:
    one = Listing(operator, operator, "192.0.2.1", "ip", tier, **over)  # type: ignore[arg-type]
    return replace(average(), listings=(one,))


def authenticated(facts: Facts, **over: object) -> Facts:
    changed: Authentication = replace(facts.authentication, **over)  # type: ignore[arg-type]
    return replace(facts, authentication=changed)


def few(**over: Any) -> Facts:
    return Facts((mail(40, clicked=0.05, opened=0.3, **over),), PERFECT, ())


TRANSACTIONAL = Facts((mail(20_000),), PERFECT, (), engagement=False)
BOTH = (
    Listing("spamhaus", "sbl", "192.0.2.1", "ip", "A"),
    Listing("barracuda", "brbl", "192.0.2.1", "ip", "B"),
)
ROTTEN = Facts(
    (mail(MANY, hard=4000, complained=230, clicked=0.0015, opened=0.125, unsubscribed=0.012),), PERFECT, BOTH
)
NO_DMARC = authenticated(average(), dmarc="absent")
# facts, score, band, and the lines that the table names, in points to one place
CASES: dict[str, tuple[Facts, tuple[int, str], dict[str, float]]] = {
    "no history, perfect DNS": (
        Facts((), PERFECT, ()),
        (84, "good"),
        {"complaints": 25, "bounces": 19, "authentication": 20, "blocklists": 15, "engagement": 16.1, "limit": -11.1},
    ),
    "no history, no SPF, DKIM, DMARC": (
        Facts((), NOTHING, ()),
        (49, "critical"),
        {"complaints": 25, "bounces": 19, "authentication": 3, "blocklists": 15, "engagement": 16.1, "limit": -29.1},
    ),
    "healthy, 50k": (
        Facts((healthy(MANY, hard=100),), PERFECT, ()),
        (99, "excellent"),
        {"complaints": 25, "bounces": 20, "authentication": 20, "blocklists": 15, "engagement": 19.2, "limit": 0},
    ),
    "average of 2019, 50k": (
        average(),
        (97, "excellent"),
        {"complaints": 25, "bounces": 19.8, "authentication": 20, "blocklists": 15, "engagement": 18.1, "limit": 0},
    ),
    "p=none with rua": (authenticated(average(), dmarc="none"), (94, "excellent"), {"authentication": 17}),
    "no DMARC, bulk": (
        replace(NO_DMARC, bulk=True),
        (59, "critical"),
        {"authentication": 14, "limit": -32.9},
    ),
    "no DMARC": (NO_DMARC, (89, "good"), {"authentication": 14, "limit": -2.9}),
    "SPF permerror": (authenticated(average(), spf="permerror"), (84, "good"), {"limit": -8.9}),
    "complaints 0.15 %": (average(complained=75), (79, "fair"), {"complaints": 12.2}),
    "complaints 0.35 %": (average(complained=175), (59, "critical"), {"complaints": 2.4}),
    "bounces 6 %": (average(hard=3000, soft=0), (69, "poor"), {"bounces": 4.8}),
    "bounces 12 %": (average(hard=6000, soft=0), (59, "critical"), {"bounces": 0}),
    "Spamhaus SBL, own address": (listed("spamhaus", "A"), (59, "critical"), {"blocklists": 0}),
    "Spamhaus SBL, shared address": (listed("spamhaus", "A", shared=True), (69, "poor"), {"blocklists": 7.5}),
    "Barracuda, own address": (listed("barracuda", "B"), (79, "fair"), {"blocklists": 7.5}),
    "UCEPROTECT-3 only": (listed("uceprotect", "D"), (97, "excellent"), {"blocklists": 14.6}),
    "40 mails, clean": (few(), (89, "good"), {}),
    "40 mails, 1 complaint": (few(complained=1), (88, "good"), {"complaints": 19.4}),
    "40 mails, 4 hard bounces": (few(hard=4), (88, "good"), {"bounces": 10.7}),
    "transactional, clean, untracked": (
        TRANSACTIONAL,
        (100, "excellent"),
        {"complaints": 31.2, "bounces": 25, "authentication": 25, "blocklists": 18.8, "engagement": 0},
    ),
    "rotten list": (
        ROTTEN,
        (25, "critical"),
        {"complaints": 0.3, "bounces": 2.4, "authentication": 20, "blocklists": 0, "engagement": 3.1},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_the_table(name: str):
    facts, expected, lines = CASES[name]
    result = score(facts, TODAY)
    assert (result.score, result.band) == expected
    found = {line.name: line.points / 100 for line in result.lines}
    assert {one: found[one] for one in lines} == pytest.approx(lines, abs=0.051)


def test_a_new_sender_is_told_that_there_is_not_enough_data():
    result = score(CASES["no history, perfect DNS"][0], TODAY)
    assert result.provisional
    assert result.confidence == "low"
    assert result.cap is not None
    assert result.cap.name == "little_evidence"


def test_where_nothing_is_known_there_is_no_score():
    result: Result = score(Facts(), TODAY)
    assert (result.score, result.band, result.provisional) == (None, None, True)


def test_much_mail_is_no_longer_provisional():
    assert not score(average(), TODAY).provisional
    assert score(average(), TODAY).confidence == "high"


def test_what_is_not_assessed_is_left_out_and_the_rest_weighs_more():
    result = score(replace(average(), listings=None), TODAY)
    lines = {line.name: line for line in result.lines}
    assert (lines["blocklists"].assessed, lines["blocklists"].max) == (False, 0)
    assert sum(line.max for line in result.lines) == 10_000
    assert lines["complaints"].max == 2941


def test_a_rate_that_no_campaign_tells_is_left_out():
    day = replace(average().days[0], open_base=0, opened=0)
    parts = {part.name: part for line in score(replace(average(), days=(day,)), TODAY).lines for part in line.parts}
    assert not parts["opens"].assessed
    assert parts["clicks"].assessed


def test_the_receivers_own_spam_rate_counts_where_it_is_the_larger():
    result = score(replace(average(), reported_spam_ppm=3500), TODAY)
    assert result.score == 59
    assert score(replace(average(), reported_spam_ppm=1), TODAY).score == 97


BULK = replace(average(), bulk=True)
# The caps of scoring.md that no case above meets, and what must not bring them.
CAPPED: dict[str, tuple[Facts, str, int]] = {
    "weak DKIM": (authenticated(average(), dkim="weak"), "no_dkim", 84),
    "no DKIM, bulk": (authenticated(BULK, dkim="none"), "no_dkim_bulk", 69),
    "no SPF, bulk": (authenticated(BULK, spf="not_covering"), "no_spf_bulk", 69),
    "+all": (authenticated(average(), spf="pass_all"), "spf_pass_all", 69),
    "own address without a name": (authenticated(average(), fcrdns=False, own_ip=True), "no_fcrdns", 69),
    "DMARC that does not apply": (authenticated(average(), dmarc_aligned=False), "no_dmarc", 89),
    "Barracuda, shared address": (listed("barracuda", "B", shared=True), "listing_b_shared", 89),
    "tier C, own address": (listed("psbl", "C"), "listing_c", 94),
}


@pytest.mark.parametrize("name", CAPPED)
def test_a_fact_beside_which_no_other_merit_counts(name: str):
    facts, cap, at_most = CAPPED[name]
    result = score(facts, TODAY)
    assert (cap, at_most * 100) in {(one.name, one.points) for one in result.caps}
    assert result.score is not None
    assert result.score <= at_most


@pytest.mark.parametrize(
    "facts",
    [
        authenticated(average(), fcrdns=False, own_ip=False),
        authenticated(average(), fcrdns=None, spf=None, dkim=None, dmarc=None, own_ip=True),
        listed("psbl", "C", shared=True),
        listed("uceprotect", "D"),
        replace(average(), listings=None),
    ],
)
def test_what_is_not_theirs_or_not_known_caps_nothing(facts: Facts):
    assert score(facts, TODAY).caps == ()
