"""What `mailwarden doctor` and the start say of the redirect URIs: those of connections, and those of signing in."""

import logging
from typing import Any

import pytest

from mailwarden import main
from mailwarden.cli.doctor import provider
from mailwarden.settings import ProviderClientSettings, Settings

CLIENT = ProviderClientSettings(client_id="ours", client_secret="secret")
LOCAL: dict[str, Any] = {"_env_file": None, "environment": "development"}


def verdicts(name: str, base_url: str) -> dict[str, tuple[bool | None, str]]:
    settings = Settings(**LOCAL, base_url=base_url)
    return {one.what: (one.ok, one.detail) for one in provider(name, CLIENT, settings) if "URI" in one.what}


def test_both_are_listed_where_people_sign_in() -> None:
    told = verdicts("google", "https://ours.example/")
    ok, detail = told["Google sign-in redirect URI"]
    assert (ok, "https://ours.example/v1/auth/callback/google" in detail) == (None, True)
    assert "https://ours.example/v1/oauth/callback/google" in told["Google redirect URI"][1]


def test_nobody_signs_in_with_an_analytics_provider() -> None:
    assert set(verdicts("hubspot", "https://ours.example")) == {"HubSpot redirect URI"}


@pytest.mark.parametrize("name", ["google", "microsoft"])
def test_plain_http_is_trouble_outside_loopback(name: str) -> None:
    assert {ok for ok, _ in verdicts(name, "http://ours.example").values()} == {False}
    assert {ok for ok, _ in verdicts(name, "http://127.0.0.1:8000").values()} == {None}


def test_the_start_tells_of_both(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger=main.log.name)
    main.report_redirects(Settings(**LOCAL, base_url="https://ours.example"), ["google", "hubspot"])
    told = [record.redirect_uri for record in caplog.records]  # type: ignore[attr-defined]
    paths = ["/v1/oauth/callback/google", "/v1/oauth/callback/hubspot", "/v1/auth/callback/google"]
    assert told == [f"https://ours.example{path}" for path in paths]
