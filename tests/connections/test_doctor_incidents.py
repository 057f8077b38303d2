"""What `mailwarden doctor` says of incidents: our own mistakes are trouble, a provider's are worth knowing."""

from datetime import UTC, datetime
from typing import Any

from mailwarden.cli.doctor import told
from mailwarden.connections.models import Incident
from mailwarden.core.ids import new_id


def incident(kind: str, **detail: Any) -> Incident:
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return Incident(id=new_id(), provider="hubspot", kind=kind, started_at=at, failing=6, tried=9, detail=detail)


def test_none_is_fine() -> None:
    assert told([]).ok is True


def test_a_providers_trouble_is_a_note() -> None:
    found = told([incident("unavailable")])
    assert (found.ok, found.detail) == (None, "HubSpot is not answering since 02 January, 03:04 UTC")


def test_our_own_mistake_is_told_with_what_is_expected_and_what_came() -> None:
    ours = incident("misconfigured", expected="https://ours.example/cb", actual="redirect_uri does not match")
    found = told([incident("unavailable"), ours])
    assert found.ok is False
    assert "Expected: https://ours.example/cb. Actual: redirect_uri does not match." in found.detail
