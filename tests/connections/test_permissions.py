"""An optional permission that is gone: what rests, what is asked for again, and what a consent clears (B43, D13)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mailwarden.billing.gate import SELF_HOSTED
from mailwarden.connections.connect import _lacking
from mailwarden.connections.rules import Purpose
from mailwarden.connections.usability import may_use
from mailwarden.core.runtime import Runtime
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.catalog import load
from mailwarden.providers.oauth import OAuth
from mailwarden.providers.settings import ProviderSettings
from tests.conftest import MakeConnection
from tests.connections.fakes import SCOPES, TOKEN, come_back, connect, granted, healthy, start, state_of
from tests.connections.steps import events, now
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.replies import Replies

pytestmark = pytest.mark.usefixtures("quiet_journal")
GMAIL = "https://www.googleapis.com/auth/"
CONTACTS = "crm.objects.contacts.read"


@pytest.mark.parametrize(
    ("missing", "refused"),
    [
        ([], set()),
        ([f"{GMAIL}gmail.readonly"], {"read_mailbox"}),
        ([f"{GMAIL}gmail.compose"], {"draft"}),
        ([f"{GMAIL}gmail.compose", f"{GMAIL}gmail.readonly"], {"draft", "read_mailbox"}),
    ],
)
async def test_only_the_work_that_needs_it_is_refused(
    runtime: Runtime, make_connection: MakeConnection, missing: list[str], refused: set[str]
) -> None:
    row = await make_connection(provider="google", missing_scopes=missing)
    answers = {one: may_use(row, one, runtime.clock.now(), SELF_HOSTED) for one in Purpose}
    lacking = {str(one) for one, answer in answers.items() if answer.code == "permission_missing"}
    assert lacking == refused
    assert answers[Purpose.SEND].usable
    for purpose in refused:
        answer = answers[Purpose(purpose)]
        assert answer.action is not None
        assert answer.action.code == "grant_permission"
        assert any(name in answer.detail for name in missing)


def asked(provider: str, lacking: list[str]) -> dict[str, list[str]]:
    app = ProviderApp(
        spec=load()[provider],
        settings=ProviderSettings("our-client", "our-secret"),
        http=httpx.AsyncClient(),
        budget=Unasked(),
    )
    url = OAuth(app).authorize_url(
        state="s", redirect_uri="https://x.example", verifier="v", again=True, lacking=lacking
    )
    return parse_qs(urlsplit(url).query)


class Unasked:
    """No call is made here."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def test_where_a_grant_can_be_added_to_exactly_the_missing_is_asked_for() -> None:
    query = asked("google", [f"{GMAIL}gmail.readonly"])
    assert set(query["scope"][0].split()) == {"openid", f"{GMAIL}gmail.readonly"}
    assert query["include_granted_scopes"] == ["true"]


def test_elsewhere_everything_is_asked_for_anew() -> None:
    query = asked("hubspot", [CONTACTS])
    assert query["scope"] == ["oauth content"]
    assert query["optional_scope"] == [CONTACTS]


async def test_a_dead_grant_has_nothing_to_add_to(make_connection: MakeConnection) -> None:
    gone = [f"{GMAIL}gmail.readonly"]
    assert _lacking(await make_connection(provider="google", missing_scopes=gone)) == gone
    dead = await make_connection(provider="google", missing_scopes=gone, status="inactive", cause="access_revoked")
    assert _lacking(dead) == []
    assert _lacking(None) == []


async def test_a_consent_that_grants_it_clears_the_state(owner: Browser, runtime: Runtime, replies: Replies) -> None:
    healthy(replies)
    replies[TOKEN] = granted(scopes=["oauth", "content"])
    identity = await connect(owner)
    shown = (await owner.get(f"/v1/connections/{identity}")).json()
    assert (shown["label"], shown["missing_scopes"]) == ("Permission missing", [CONTACTS])
    replies[TOKEN] = granted(scopes=SCOPES)
    again = await start(owner, f"/v1/connections/{identity}/reconnect")
    assert "connected=" in await come_back(owner, state_of(again))
    shown = (await owner.get(f"/v1/connections/{identity}")).json()
    assert (shown["label"], shown["missing_scopes"]) == ("Connected", [])
    assert shown["action"]["code"] == "sync_now"
    await drain(runtime)


async def test_the_restored_permission_is_a_fact_for_others(
    owner: Browser, runtime: Runtime, replies: Replies, make_connection: MakeConnection
) -> None:
    healthy(replies)
    row = await make_connection(external_id="4711", missing_scopes=[CONTACTS])
    again = await start(owner, f"/v1/connections/conn_{row.id.hex}/reconnect")
    await come_back(owner, state_of(again))
    assert (await now(runtime, row)).missing_scopes == []
    assert await events(runtime, row) == ["reconnected", "permission_restored"]
