"""The main job over the public API, beside a twin at the provider that nobody disturbs."""

import pytest

from mailwarden.cli.demo.client import Person
from mailwarden.cli.demo.compare import compare
from tests.e2e.steps import alerts, connection, figures, reconnect, run_ended, sync_now, until_inactive
from tests.support.stack import System, wait_for

pytestmark = pytest.mark.timeout(300)
KEPT = ("id", "external_id", "sync_frequency", "history_range", "settings_version", "created_at")


def send_two_campaigns(system: System, provider: str, accounts: list[str]) -> None:
    sent_at = system.now().isoformat()
    for account in accounts:
        system.sandbox.ask("POST", f"/accounts/{provider}/{account}/campaigns", {"count": 2, "send_at": sent_at})


def assert_told_once(person: Person, identity: str, kind: str) -> None:
    wait_for(lambda: alerts(person, identity, kind) or None, kind)
    assert len(alerts(person, identity, kind)) == 1


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
def test_a_broken_connection_is_told_reconnected_and_loses_nothing(system: System, provider: str) -> None:
    person = system.person()
    accounts = [system.sandbox.make_account(provider, campaigns=60, data_seed=f"twins-{provider}") for _ in range(2)]
    ours, twin = (system.connect(person, provider, one, history_range="months_12") for one in accounts)
    since = run_ended(person, ours, badge="first", status="success")["window_from"]
    run_ended(person, twin, badge="first", status="success")
    before = connection(person, ours)

    system.sandbox.fault(provider, accounts[0], "revoke")
    broken = until_inactive(system, person, ours)
    assert broken["card"]["cause"] == "access_revoked"
    assert broken["card"]["evidence"]
    assert connection(person, twin)["status"] == "connected"
    assert_told_once(person, ours, "integration_disconnected")
    assert figures(person, ours).keys() == figures(person, twin).keys()

    send_two_campaigns(system, provider, accounts)
    assert reconnect(person, ours, accounts[0])["campaigns_added"] == 2
    system.advance(1)  # from here on both accounts' figures stand still at the same moment
    sync_now(person, twin)
    sync_now(person, ours)

    after = connection(person, ours)
    assert after["status"] == "connected"
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}
    assert compare(person, after, since).differences == ()
    assert figures(person, ours) == figures(person, twin)
    assert_told_once(person, ours, "integration_recovered")
    assert_told_once(person, ours, "integration_disconnected")
