"""From domains to the account."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.deliverability.facts import Authentication
from mailwarden.deliverability.score.rules.changes import Changes
from mailwarden.deliverability.score.rules.facts import Facts, spell
from mailwarden.deliverability.score.rules.rollup import Portfolio, dump, load, roll_up
from mailwarden.deliverability.score.rules.scoring import dump_result, score
from tests.deliverability.score.made import NOTHING, PERFECT, TODAY, facts, healthy, histories

GOOD = Facts((healthy(50_000),), PERFECT, ())
BAD = replace(GOOD, authentication=NOTHING, days=(healthy(50_000),))
portfolios = st.builds(
    Portfolio, histories, st.dictionaries(st.sampled_from(("a.example", "b.example", "c.example")), facts, max_size=3)
)


@settings(max_examples=60, deadline=None)
@given(portfolios)
def test_the_lines_of_an_account_add_up_exactly(one: Portfolio):
    result = roll_up(one, TODAY).result
    assert sum(line.points for line in result.lines) == result.points
    assert 0 <= result.points <= 10_000
    for line in result.lines[:-1]:
        assert 0 <= line.points <= line.max
    assert result.lines[-1].points <= 0
    assert result.score in (None, result.points // 100)


def test_no_line_is_rounded_beyond_what_it_may_have():
    unlisted = Facts((), Authentication(dmarc_aligned=False), (), engagement=True)
    domains = {"a.example": replace(unlisted, listings=None), "b.example": unlisted}
    lines = roll_up(Portfolio((), domains), TODAY).result.lines
    assert [line for line in lines if line.points > line.max] == []


@settings(max_examples=60, deadline=None)
@given(portfolios)
def test_an_account_lies_among_its_domains(one: Portfolio):
    account = roll_up(one, TODAY)
    assert account.result.points <= max(member.result.points for member in account.members)


@settings(max_examples=60, deadline=None)
@given(portfolios)
def test_stored_inputs_give_the_same_bytes_again(one: Portfolio):
    stored = load(json.loads(spell(dump(one))))
    assert spell(dump(stored)) == spell(dump(one))
    before, after = (spell(dump_result(roll_up(each, TODAY).result)) for each in (one, stored))
    assert before == after


def test_one_domain_is_the_account():
    assert roll_up(Portfolio(domains={"a.example": GOOD}), TODAY).result == score(GOOD, TODAY)


def test_the_mean_counts_messages():
    small = replace(BAD, days=(healthy(4_000),))
    found = roll_up(Portfolio(domains={"a.example": GOOD, "b.example": small}), TODAY)
    assert [member.result.score for member in found.members] == [99, 49]
    assert found.result.score == 95
    assert [(cap.name, cap.domain) for cap in found.result.caps] == [("no_usable_authentication", "b.example")]


def test_a_bad_domain_that_matters_holds_the_account_down():
    found = roll_up(Portfolio(domains={"a.example": GOOD, "b.example": BAD}), TODAY).result
    assert found.score == 59
    assert found.cap is not None
    assert found.cap.name == "worst_domain"


def test_mail_of_unknown_domain_counts_for_each():
    quiet = {"a.example": replace(GOOD, days=()), "b.example": replace(GOOD, days=(), authentication=NOTHING)}
    found = roll_up(Portfolio((healthy(50_000),), quiet), TODAY)
    assert [member.result.score for member in found.members] == [99, 49]
    assert len({member.weight for member in found.members}) == 1
    assert not found.result.provisional


def test_without_any_domain_the_mail_is_judged_alone():
    found = roll_up(Portfolio((healthy(50_000),)), TODAY).result
    lines = {line.name: line for line in found.lines}
    assert found.score is not None
    assert not lines["authentication"].assessed
    assert not lines["blocklists"].assessed


def test_a_change_of_one_domain_leaves_the_others():
    both = Portfolio(domains={"a.example": BAD, "b.example": BAD})
    changed = both.changed(Changes(authentication={"spf": "covers"}), "a.example")
    assert [one.authentication.spf for one in changed.domains.values()] == ["covers", "none"]
    with pytest.raises(KeyError):
        both.only("c.example")
