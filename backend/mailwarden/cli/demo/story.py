"""The steps, in the order in which they happen to a real customer; each leaves what the closing table needs."""

import time
from dataclasses import dataclass, field
from typing import Any

from mailwarden.cli.demo.client import DemoFailed, Person, Progress
from mailwarden.cli.demo.compare import Comparison, compare
from mailwarden.cli.demo.domains import DomainStory
from mailwarden.cli.demo.sending import ROTATING, SendingStory

PROVIDERS = ("hubspot", "klaviyo")
OFFERED = (*PROVIDERS, *ROTATING, "keap")  # Keap can be connected by hand; the story plays the others
RANGE = "months_12"
BROKEN = "hubspot"


@dataclass
class Account:
    provider: str
    external_id: str
    connection_id: str = ""
    since: str | None = None


@dataclass
class Story:
    """What happened; times in seconds."""

    person: Person
    accounts: list[Account] = field(default_factory=list)
    synced: list[Comparison] = field(default_factory=list)
    after: list[Comparison] = field(default_factory=list)
    checking_s: float | None = None
    inactive_s: float | None = None
    card: dict[str, Any] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    receipt: dict[str, Any] = field(default_factory=dict)
    other_untouched: bool = False
    settings_kept: bool = False
    domains: DomainStory = field(default_factory=DomainStory)
    sending: SendingStory = field(default_factory=SendingStory)

    @property
    def differences(self) -> list[str]:
        found = [f"{one.provider}: {text}" for one in (*self.synced, *self.after) for text in one.differences]
        disconnected = [alert for alert in self.alerts if alert["kind"] == "integration_disconnected"]
        if len(disconnected) != 1:
            found.append(f"{len(disconnected)} alerts for one episode")
        if self.card.get("cause") != "access_revoked":
            found.append(f"cause {self.card.get('cause')} instead of access_revoked")
        if not self.settings_kept:
            found.append("the reconnect changed a setting")
        if not self.other_untouched:
            found.append("the other connection did not stay connected")
        return found + self.domains.differences + self.sending.differences

    def account(self, provider: str) -> Account:
        return next(one for one in self.accounts if one.provider == provider)

    def connection(self, account: Account) -> dict[str, Any]:
        found: dict[str, Any] = self.person.get(f"/v1/connections/{account.connection_id}")
        return found


def connect(story: Story, account: Account, tell: Progress) -> None:
    tell(f"connect {account.provider} account {account.external_id}", None)
    body = {"history_range": RANGE, "sync_frequency": "realtime"}
    started = story.person.post(f"/v1/integrations/{account.provider}/connect", body)
    landed = story.person.consent(started["authorize_url"], account.external_id)
    if "connected=" not in landed:
        attempt = story.person.get(f"/v1/oauth/attempts/{started['attempt_id']}")
        raise DemoFailed(f"{account.provider} was not connected: {attempt['detail']}")
    account.connection_id = landed.split("connected=")[1].split("&")[0]


def await_sync(story: Story, account: Account, tell: Progress, *, badge: str) -> dict[str, Any]:
    """The newest run of that badge, once it ended well."""

    def look() -> dict[str, Any] | None:
        runs = story.person.get(f"/v1/connections/{account.connection_id}/syncs", limit=20)["data"]
        run: dict[str, Any] | None = next((one for one in runs if one["badge"] == badge), None)
        if run is None or run["status"] == "queued":
            return None
        tell(f"{badge} sync of {account.provider}: {run['campaigns_processed']} campaigns", run["progress"])
        if run["status"] == "failed":
            raise DemoFailed(f"the {badge} sync of {account.provider} failed: {run['error']}")
        return run if run["status"] == "success" else None

    run = story.person.wait(look, f"the {badge} sync of {account.provider}", 240)
    account.since = account.since or run["window_from"]
    return run


def compare_all(story: Story) -> list[Comparison]:
    return [compare(story.person, story.connection(one), one.since) for one in story.accounts]


def break_it(story: Story, tell: Progress) -> None:
    """Revokes the grant at the provider's side, as a customer's administrator would, and waits for the verdict."""
    account = story.account(BROKEN)
    path = f"/accounts/{account.provider}/{account.external_id}/faults"
    story.person.sandbox("POST", path, {"kind": "revoke"})
    started = time.monotonic()

    def look() -> dict[str, Any] | None:
        now = story.connection(account)
        tell(f"{account.provider}: {now['label']}", None)
        if now["status"] == "verifying" and story.checking_s is None:
            story.checking_s = time.monotonic() - started
        return now if now["status"] == "inactive" else None

    broken = story.person.wait(look, "the verdict", 120)
    story.inactive_s = time.monotonic() - started
    story.card = broken["card"]
    others = [story.connection(one) for one in story.accounts if one is not account]
    story.other_untouched = all(one["status"] == "connected" for one in others)


def miss_something(story: Story, tell: Progress) -> None:
    """While we cannot look, the customer sends two more campaigns."""
    account = story.account(BROKEN)
    tell("the customer sends two campaigns meanwhile", None)
    story.person.sandbox("POST", f"/accounts/{account.provider}/{account.external_id}/campaigns", {"count": 2})


def reconnect(story: Story, tell: Progress) -> None:
    account = story.account(BROKEN)
    before = story.connection(account)
    tell(f"reconnect {account.provider}", None)
    started = story.person.post(f"/v1/connections/{account.connection_id}/reconnect", {})
    story.person.consent(started["authorize_url"], account.external_id)
    await_sync(story, account, tell, badge="catch_up")
    receipts = f"/v1/connections/{account.connection_id}/receipts"

    def look() -> dict[str, Any] | None:
        found: list[dict[str, Any]] = story.person.get(receipts)["data"]
        return found[0] if found and found[0]["status"] == "complete" else None

    story.receipt = story.person.wait(look, "the receipt", 60)
    after = story.connection(account)
    kept = ("id", "sync_frequency", "history_range", "settings_version", "external_id")
    story.settings_kept = all(before[name] == after[name] for name in kept)


def await_alerts(story: Story, tell: Progress) -> None:
    tell("alerts", None)

    broken = story.account(BROKEN).connection_id

    def look() -> list[dict[str, Any]] | None:
        everything = story.person.get("/v1/alerts", limit=50)["data"]
        found = [alert for alert in everything if alert["connection_id"] == broken]
        kinds = {alert["kind"] for alert in found}
        return found if {"integration_disconnected", "integration_recovered"} <= kinds else None

    story.alerts = story.person.wait(look, "alert and recovery notice", 30)
