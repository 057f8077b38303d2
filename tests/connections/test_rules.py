from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mailwarden.connections.rules import (
    CLEARED,
    Confirmation,
    Doubt,
    Suspicion,
    is_alike,
    refresh_after,
    still_open,
    verdict,
)
from mailwarden.providers.base import Cause, Signal

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCHEDULE = (0.0, 20.0, 40.0, 60.0, 90.0, 120.0, 180.0, 240.0, 300.0, 345.0)
POLICY = Confirmation(10, SCHEDULE)
STRICT = Confirmation(10, SCHEDULE, strict_rotation=True)
REFRESH, API, GONE, TOLD, SCOPES = (
    Signal.REFRESH_REFUSED,
    Signal.API_REFUSED,
    Signal.INTROSPECTION_INACTIVE,
    Signal.PROVIDER_SIGNAL,
    Signal.SCOPES_MISSING,
)


def seen(kind: Signal, cause: str = Cause.ACCESS_REVOKED, ago_s: float = 0) -> Suspicion:
    return Suspicion(kind, cause, NOW - timedelta(seconds=ago_s))


def doubt(*signals: Suspicion, refusals: int = 0, since_s: float = 0, asked: bool = True, **more: object) -> Doubt:
    fields: dict[str, object] = {
        "open": signals,
        "asked": frozenset(s.kind for s in signals) if asked else frozenset(),
        "refusals": refusals,
        "first_refused_at": NOW - timedelta(seconds=since_s) if refusals else None,
    }
    return Doubt(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "given", "policy", "cause"),
    [
        ("one refusal", doubt(seen(REFRESH), refusals=1), POLICY, None),
        ("the same kind twice", doubt(seen(API, ago_s=60), seen(API)), POLICY, None),
        ("two kinds", doubt(seen(REFRESH), seen(API), refusals=1), POLICY, Cause.ACCESS_REVOKED),
        ("two kinds, not asked again", doubt(seen(REFRESH), seen(API), refusals=1, asked=False), POLICY, None),
        ("introspection and refresh", doubt(seen(GONE), seen(REFRESH), refusals=1), POLICY, Cause.ACCESS_REVOKED),
        (
            "uninstalled",
            doubt(seen(REFRESH), seen(TOLD, Cause.APP_UNINSTALLED), refusals=1),
            POLICY,
            Cause.APP_UNINSTALLED,
        ),
        ("an uninstall signal alone", doubt(seen(TOLD, Cause.APP_UNINSTALLED)), POLICY, None),
        ("ten refusals over six minutes", doubt(seen(REFRESH), refusals=10, since_s=345), POLICY, Cause.ACCESS_REVOKED),
        ("ten refusals within a minute", doubt(seen(REFRESH), refusals=10, since_s=60), POLICY, None),
        ("nine refusals", doubt(seen(REFRESH), refusals=9, since_s=400), POLICY, None),
        (
            "a specific cause twice",
            doubt(seen(REFRESH, Cause.ACCOUNT_DISABLED, 20), seen(REFRESH, Cause.ACCOUNT_DISABLED), refusals=2),
            POLICY,
            Cause.ACCOUNT_DISABLED,
        ),
        (
            "a specific cause twice at once",
            doubt(seen(REFRESH, Cause.ACCOUNT_DISABLED, 1), seen(REFRESH, Cause.ACCOUNT_DISABLED), refusals=2),
            POLICY,
            None,
        ),
        (
            "a scope once",
            doubt(seen(SCOPES, Cause.SCOPES_REMOVED)),
            POLICY,
            None,
        ),
        (
            "a scope twice",
            doubt(seen(SCOPES, Cause.SCOPES_REMOVED, 1), seen(SCOPES, Cause.SCOPES_REMOVED)),
            POLICY,
            Cause.SCOPES_REMOVED,
        ),
        (
            "an answer lost under strict rotation",
            doubt(seen(REFRESH), refusals=10, since_s=345, answer_lost=True),
            STRICT,
            Cause.UNKNOWN,
        ),
        (
            "an answer lost, but the API refuses, too",
            doubt(seen(REFRESH), seen(API), refusals=2, answer_lost=True),
            STRICT,
            Cause.ACCESS_REVOKED,
        ),
        (
            "idle for longer than the provider allows",
            doubt(seen(REFRESH), refusals=10, since_s=345, dies_at=NOW - timedelta(days=1)),
            STRICT,
            Cause.TOKEN_EXPIRED,
        ),
        (
            "idle just short of it",
            doubt(seen(REFRESH), refusals=10, since_s=345, dies_at=NOW + timedelta(days=1)),
            STRICT,
            Cause.ACCESS_REVOKED,
        ),
    ],
)
def test_verdict(name: str, given: Doubt, policy: Confirmation, cause: Cause | None) -> None:
    assert verdict(given, policy, NOW) == cause, name


def test_a_success_clears_its_own_kind_only() -> None:
    rows = [seen(API, ago_s=30), seen(REFRESH, ago_s=20), seen(API, CLEARED, 10)]
    assert {s.kind for s in still_open(rows)} == {REFRESH}


def test_a_refusal_after_the_success_counts_again() -> None:
    rows = [seen(API, ago_s=30), seen(API, CLEARED, 10), seen(API, ago_s=5)]
    assert still_open(rows) == (seen(API, ago_s=5),)


@pytest.mark.parametrize(("refusals", "at_s"), [(1, 20), (2, 40), (9, 345), (10, 405), (12, 525)])
def test_refusals_are_repeated_by_the_schedule(refusals: int, at_s: float) -> None:
    assert POLICY.next_try_s(refusals) == at_s


def test_the_demo_shortens_the_schedule() -> None:
    assert Confirmation(10, SCHEDULE, scale=0.1).next_try_s(9) == pytest.approx(34.5)


@pytest.mark.parametrize("life_s", [1800, 3600, 86400])
def test_tokens_are_refreshed_at_70_to_85_percent_of_their_life_and_spread_out(life_s: int) -> None:
    issued, expires = NOW, NOW + timedelta(seconds=life_s)
    moments = [refresh_after(issued, expires, UUID(int=n), 1) for n in range(500)]
    shares = [(at - issued).total_seconds() / life_s for at in moments]
    assert min(shares) >= 0.70
    assert max(shares) < 0.85
    assert max(shares) - min(shares) > 0.14


def test_the_moment_of_a_refresh_is_the_same_for_every_process() -> None:
    expires = NOW + timedelta(hours=1)
    assert refresh_after(NOW, expires, UUID(int=7), 3) == refresh_after(NOW, expires, UUID(int=7), 3)
    assert refresh_after(NOW, expires, UUID(int=7), 3) != refresh_after(NOW, expires, UUID(int=7), 4)


@pytest.mark.parametrize(
    ("failing", "tried", "alike"), [(4, 4, False), (5, 5, True), (5, 25, True), (5, 26, False), (20, 101, False)]
)
def test_an_incident_needs_five_and_a_fifth(failing: int, tried: int, alike: bool) -> None:
    assert is_alike(failing, tried) is alike
