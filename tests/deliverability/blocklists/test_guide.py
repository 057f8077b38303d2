"""The way off a list is worded for the list, the cause and whose address it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailwarden.deliverability.blocklists.guide import Case, Guidance, Step, steps_of
from mailwarden.deliverability.blocklists.registry import Blocklist, Kind, Tier, registry
from tests.deliverability.blocklists.zones import list_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def case(key: str, *, shared: bool = False, ended: bool = False) -> Case:
    blocklist = list_of(key)
    asset = "192.0.2.7" if blocklist.kind is Kind.IP else "example.com"
    code = next(one for one in blocklist.codes if one.tier is not Tier.INFO)
    codes: list[dict[str, Any]] = [{"code": code.mark, "meaning": code.meaning, "tier": code.tier, "cause": code.cause}]
    return Case(blocklist, asset, blocklist.kind, codes, shared, NOW, NOW if ended else None)


def steps(one: Case) -> dict[Step, Guidance]:
    return {step.step: step for step in steps_of(one)}


@pytest.mark.parametrize("blocklist", registry().lists, ids=lambda one: one.key)
def test_every_list_has_six_steps_with_places_filled(blocklist: Blocklist) -> None:
    found = steps(case(blocklist.key))
    assert list(found) == list(Step)
    for one in found.values():
        assert one.title
        assert one.text
        assert "{" not in one.text + (one.link or "")
        assert one.link is None or one.link.startswith("https://")
    assert (found[Step.REQUEST].link is not None) == (blocklist.removal.how == "form")
    assert found[Step.VISIT].link is not None


def test_nobody_is_led_to_pay_or_to_a_form_that_does_not_help() -> None:
    for key in ("spamcop", "uceprotect_1", "uceprotect_3", "gbudb_truncate", "backscatterer"):
        request = steps(case(key))[Step.REQUEST]
        assert request.link is None
        assert "ever pay" in request.text


def test_a_shared_address_is_the_providers_to_take_off() -> None:
    request = steps(case("spamhaus_zen", shared=True))[Step.REQUEST]
    assert request.link is None
    assert "192.0.2.7 is listed at Spamhaus ZEN" in request.text


def test_what_ends_by_itself_says_when() -> None:
    assert case("spamcop").ends_by_itself_at == NOW + timedelta(hours=24)
    assert case("spamcop", ended=True).ends_by_itself_at is None
    assert case("spamhaus_zen").ends_by_itself_at is None
    assert "come back" in steps(case("spamcop", ended=True))[Step.WATCH].text
