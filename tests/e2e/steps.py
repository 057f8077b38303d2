"""What a person does at the API, and what they look at."""

from typing import Any

from mailwarden.cli.demo.client import Person
from tests.support.stack import System, wait_for

PROBE_AND_VERDICT_S = 1020
STEP_S = 30
DONE_IN_S = 20  # real time, on the busiest machine
UNDONE = """
SELECT count(*) FROM jobs
WHERE queue = 'fast' AND (state = 'leased' OR state = 'ready' AND due_at <= app_now())
"""


def connection(person: Person, identity: str) -> dict[str, Any]:
    found: dict[str, Any] = person.get(f"/v1/connections/{identity}")
    return found


def run_ended(person: Person, identity: str, **wanted: Any) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        runs = person.get(f"/v1/connections/{identity}/syncs", limit=10)["data"]
        return next((run for run in runs if all(run[name] == value for name, value in wanted.items())), None)

    return wait_for(look, f"a run with {wanted}", 90)


def sync_now(person: Person, identity: str) -> None:
    """To its end."""
    started = person.post(f"/v1/connections/{identity}/syncs")

    def look() -> dict[str, Any] | None:
        now: dict[str, Any] = person.get(f"/v1/syncs/{started['id']}")
        return now if now["status"] in ("success", "failed") else None

    ended = wait_for(look, "the manual sync", 90)
    assert ended["status"] == "success", ended


def figures(person: Person, identity: str) -> dict[str, Any]:
    """By name: a twin has the same campaigns, but not their ids."""
    return {row["name"]: row["figures"] for row in person.pages("/v1/campaigns", connection_id=identity)}


def until_inactive(system: System, person: Person, identity: str) -> dict[str, Any]:
    """Moves the clock no faster than the workers work; the verdict comes within an interval and its confirmations."""
    for _ in range(0, PROBE_AND_VERDICT_S, STEP_S):
        now = connection(person, identity)
        if now["status"] == "inactive":
            return now
        system.advance(STEP_S)
        wait_for(lambda: not system.one(UNDONE), "the work that became due", DONE_IN_S)
    raise AssertionError(f"still {connection(person, identity)['status']}")


def alerts(person: Person, identity: str, kind: str) -> list[dict[str, Any]]:
    found = person.get("/v1/alerts", limit=50)["data"]
    return [one for one in found if one["connection_id"] == identity and one["kind"] == kind]


def reconnect(person: Person, identity: str, account: str) -> dict[str, Any]:
    """Until the catch-up is done; the receipt."""
    started = person.post(f"/v1/connections/{identity}/reconnect", {})
    person.consent(started["authorize_url"], account)
    run_ended(person, identity, badge="catch_up", status="success")

    def look() -> dict[str, Any] | None:
        receipts = person.get(f"/v1/connections/{identity}/receipts")["data"]
        return next((one for one in receipts if one["status"] == "complete"), None)

    return wait_for(look, "the receipt")
