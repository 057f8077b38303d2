"""How the published figures are made of sums: pure rules."""

from mailwarden.status.rules import figures, success


def verdicts(**over: object) -> dict[str, object]:
    return {
        "provider": "hubspot",
        "cause": "access_revoked",
        "verdicts": 10,
        "contradicted": 1,
        "late": 2,
        "p50_s": 40.0,
        "p99_s": 300.0,
        "wrong_s": 3600.0,
    } | over


def standing(**over: object) -> dict[str, object]:
    return {"provider": "hubspot", "connections": 5, "overdue": 1, "watched_s": 360_000.0, "overdue_s": 400.0} | over


def tries(outcome: str, count: int, provider: str = "hubspot") -> dict[str, object]:
    return {"provider": provider, "outcome": outcome, "tries": count}


def test_accuracy_is_the_share_of_connection_time_that_was_shown_rightly() -> None:
    found = figures([verdicts()], [standing()], [])
    assert found["status_accuracy"] == round((360_000 - 3600 - 400) / 360_000, 6)
    assert (found["verdict_accuracy"], found["in_time"]) == (0.9, 0.8)
    assert (found["overdue_now"], found["connections"]) == (1, 5)


def test_of_nothing_nothing_is_claimed() -> None:
    found = figures([], [], [])
    assert (found["status_accuracy"], found["verdict_accuracy"], found["refresh_success"]) == (None, None, None)
    assert (found["verdicts"], found["providers"], found["causes"]) == (0, [], [])


def test_a_refused_refresh_is_no_failure_of_refreshing() -> None:
    rows = [tries("refreshed", 97), tries("unavailable", 3), tries("refused", 50), tries("superseded", 9)]
    assert success(rows) == 0.97
    assert success([tries("refused", 5)]) is None


def test_a_providers_times_are_those_of_its_worst_cause() -> None:
    rows = [verdicts(), verdicts(cause="app_uninstalled", p50_s=90.0, p99_s=200.0)]
    found = figures(rows, [standing(), standing(provider="klaviyo")], [tries("refreshed", 3, "keap")])
    by_name = {one["provider"]: one for one in found["providers"]}
    assert sorted(by_name) == ["hubspot", "keap", "klaviyo"]
    assert (by_name["hubspot"]["detection_p50_s"], by_name["hubspot"]["detection_p99_s"]) == (90.0, 300.0)
    assert by_name["hubspot"]["verdicts"] == 20
    assert by_name["klaviyo"]["detection_p50_s"] is None
    assert by_name["keap"]["refresh_success"] == 1.0
    assert [one["cause"] for one in found["causes"]] == ["access_revoked", "app_uninstalled"]
