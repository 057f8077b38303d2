"""What the owners read about trial, payment and end."""

from collections.abc import Mapping
from datetime import UTC, datetime

from mailwarden.billing.catalogue import catalogue
from mailwarden.billing.gate import PAGE, Access
from mailwarden.billing.models import Invoice
from mailwarden.billing.rules import CREDENTIALS_KEPT, TRIAL_NOTICES, Reason, Standing, State
from mailwarden.core.letter import Button, Letter

FOOTER = "You get this because you are an owner of the organization at Mailwarden."
STOPS = (
    "Sending, tracking, connecting, syncing and tests stop then. You can still sign in, read, export and get support."
)
KEPT = "Your data stays. Your integrations are kept alive for 30 days and tested by themselves when you come back."


def letter_of(kind: str, organization: str, base_url: str, access: Access, failed: Invoice | None) -> Letter:
    """Raises KeyError for a kind that nobody writes about."""
    subject, heading, paragraphs = _words(kind, organization, access, failed)
    return Letter(subject, heading, paragraphs, FOOTER, Button("Open billing", f"{base_url}{PAGE}"))


def _words(kind: str, name: str, access: Access, failed: Invoice | None) -> tuple[str, str, tuple[str, ...]]:
    until, since = _day(access.standing.until), access.standing.since
    if kind.startswith("trial_"):
        days = int(kind.removeprefix("trial_"))
        left = "one day" if days == 1 else f"{days} days"
        head = f"The trial of “{name}” ends in {left}"
        return head, head, (f"It ends on {until}. {STOPS}", "Choose a plan, and nothing stops.")
    if kind == "payment_failed":
        return _dunning(name, failed)
    return {
        "canceling": (
            f"The subscription of “{name}” was cancelled",
            "Your subscription was cancelled",
            (f"Everything works until {until}. {STOPS}", "Until then you can resume it on the billing page."),
        ),
        "inactive": (
            f"“{name}” is not active any more",
            "Your organization is not active",
            (access.why_not if not access.may_work else "", "No integration is broken. " + KEPT),
        ),
        "lapsed": (
            f"The integrations of “{name}” are no longer kept alive",
            "Integrations must be reconnected",
            (
                f"The organization is not active since {_day(since)}: for {CREDENTIALS_KEPT.days} days we renewed the "
                "authorizations, and have stopped now.",
                "Your data stays. When you come back, integrations are tested; some may have to be reconnected.",
            ),
        ),
    }[kind]


def _dunning(name: str, failed: Invoice | None) -> tuple[str, str, tuple[str, ...]]:
    amount = f"{failed.amount_due / 100:.2f} {failed.currency.upper()} " if failed else ""
    again = _day(failed.next_try_at) if failed and failed.next_try_at else None
    then = f"It is tried again on {again}." if again else "It is not tried again."
    return (
        f"A payment of “{name}” failed",
        "A payment failed",
        (
            f"The payment of {amount}was declined. {then} Until then everything works.",
            "Change the card on the billing page. If no try succeeds, the subscription ends.",
        ),
    )


def _day(at: datetime | None) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC" if at else "the end of the period"


def samples(base_url: str) -> Mapping[str, Letter]:
    """Each kind with made-up facts, to look at."""
    then, plan = datetime(2027, 3, 10, 14, 5, tzinfo=UTC), catalogue().of_trial
    trial = Standing(State.TRIALING, until=then)
    standings = {f"trial_{days}": trial for days in TRIAL_NOTICES}
    standings |= {"payment_failed": Standing(State.PAST_DUE), "canceling": Standing(State.CANCELING, until=then)}
    standings |= {kind: Standing(State.INACTIVE, Reason.TRIAL_OVER, then) for kind in ("inactive", "lapsed")}
    failed = Invoice(amount_due=5900, currency="usd", next_try_at=then)
    return {
        kind: letter_of(kind, "Acme", base_url, Access("paid", found, plan, plan.limits), failed)
        for kind, found in standings.items()
    }
