"""Every cause at every provider: what happened, who must act, and one button that does it."""

import re
from datetime import UTC, datetime

import pytest

from mailwarden.connections.cause_texts import BY_PROVIDER, text_of
from mailwarden.connections.models import Connection
from mailwarden.connections.present import card_of
from mailwarden.providers.base import Cause
from mailwarden.providers.catalog import load

PAIRS = [(provider, cause) for provider in load() for cause in Cause]
MAILBOXES = {name for name, spec in load().items() if "mailbox" in spec.capabilities}
OF_THE_ADMIN = {Cause.ADMIN_POLICY, Cause.ACCOUNT_DISABLED}


NOW = datetime(2026, 1, 1, tzinfo=UTC)


def dead(provider: str, cause: Cause) -> Connection:
    return Connection(
        provider=provider,
        external_id="4711",
        account_label="kim@acme.test",
        status="inactive",
        cause=cause,
        evidence={"items": [], "scopes": ["mail.send"]},
        inactive_since=NOW,
        created_at=NOW,
    )


@pytest.mark.parametrize(("provider", "cause"), PAIRS, ids=lambda value: str(value))
def test_the_card_is_complete(provider: str, cause: Cause) -> None:
    card = card_of(dead(provider, cause), None)
    assert card is not None
    for words in (card.title, card.explanation, card.action.label):
        assert words
        assert not re.search(r"[{}]|  ", words), words
    assert "kim@acme.test" in card.explanation or cause in (Cause.TOKEN_EXPIRED,)
    assert card.explanation.endswith(".")


@pytest.mark.parametrize(("provider", "cause"), PAIRS, ids=lambda value: str(value))
def test_the_button_is_for_whoever_must_act(provider: str, cause: Cause) -> None:
    card = card_of(dead(provider, cause), None)
    assert card is not None
    if cause in OF_THE_ADMIN:
        assert (card.who_must_act, card.action.code) == ("provider_admin", "ask_provider_admin")
        assert "reconnect." not in card.explanation  # which would not help
        return
    assert card.who_must_act == ("member" if provider in MAILBOXES else "owner_or_manager")
    assert card.action.code == ("grant_permission" if cause is Cause.SCOPES_REMOVED else "reconnect")


def test_no_words_are_kept_for_a_provider_or_cause_that_is_not() -> None:
    assert {provider for provider, _ in BY_PROVIDER} <= set(load())


def test_a_mailbox_promises_sending_and_figures_promise_syncs() -> None:
    shown = {name: card_of(dead(name, Cause.UNKNOWN), None) for name in load()}
    for name, card in shown.items():
        assert card is not None
        assert ("sending" in card.explanation) == ("sending" in load()[name].capabilities)


def test_unknown_is_an_honest_answer() -> None:
    assert "do not prove why" in text_of("hubspot", Cause.UNKNOWN).explanation
