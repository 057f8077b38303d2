"""The mails to owners: every kind in both forms, and nothing of what a person typed becomes markup."""

from datetime import UTC, datetime

import pytest

from mailwarden.billing.catalogue import Limits
from mailwarden.billing.gate import Access
from mailwarden.billing.letters import letter_of, samples
from mailwarden.billing.models import Invoice
from mailwarden.billing.rules import Standing, State

BASE = "https://app.example.com"


@pytest.mark.parametrize("kind", samples(BASE))
def test_every_kind_can_be_read_as_text_and_as_html(kind: str) -> None:
    letter = samples(BASE)[kind]
    for written in (letter.text(), letter.html()):
        assert f"{BASE}/settings/billing" in written
        assert "None" not in written
    assert "Acme" in letter.subject


def test_an_inactive_organization_is_told_that_nothing_is_broken() -> None:
    assert "No integration is broken" in samples(BASE)["inactive"].text()


def test_a_failed_payment_names_amount_and_the_next_try() -> None:
    failed = Invoice(amount_due=1234, currency="usd", next_try_at=datetime(2027, 1, 2, 3, 4, tzinfo=UTC))
    access = Access("paid", Standing(State.PAST_DUE), None, Limits())
    text = letter_of("payment_failed", "<b>Acme</b>", BASE, access, failed)
    assert "12.34 USD" in text.text()
    assert "2 January 2027, 03:04 UTC" in text.text()
    assert "<b>Acme" not in text.html()
    failed.next_try_at = None
    assert "It is not tried again" in letter_of("payment_failed", "Acme", BASE, access, failed).text()
