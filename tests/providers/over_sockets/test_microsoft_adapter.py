"""Our adapter against the sandbox's Microsoft."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from uuid import uuid4

import pytest

from mailwarden.connections.connect import nonce_of
from mailwarden.providers.base import AccessRevoked, Cause, Misconfigured, Rejected, ScopesMissing, Unavailable
from mailwarden.providers.id_token import account_of, verified_claims
from mailwarden.providers.microsoft import Microsoft
from mailwarden.providers.microsoft_mail import (
    StateLost,
    changes,
    create_draft,
    find_sent,
    send_draft,
    send_mime,
)
from mailwarden.providers.oauth import OAuth
from tests.providers.over_sockets.linked import CALLBACK, consent

pytestmark = pytest.mark.parametrize("name", ["microsoft"])


def letter(to: str, subject: str = "Hello") -> tuple[bytes, str]:
    """The message and its Message-ID."""
    mime = EmailMessage()
    mime["From"], mime["To"], mime["Subject"] = "me@example.test", to, subject
    mime["Message-ID"] = f"<{uuid4().hex}@example.test>"
    mime["List-Unsubscribe"] = "<https://example.test/u>"
    mime.set_content("Good day")
    return mime.as_bytes(), str(mime["Message-ID"])


async def test_who_it_is_by_graph_and_by_the_id_token(sandbox, app):
    account = sandbox.make_account("microsoft")
    code, verifier = await consent(sandbox, app, account)
    grant = await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=verifier)
    assert grant.scopes is not None
    assert grant.scopes >= app.spec.auth.all_scopes
    now = datetime.fromisoformat(sandbox.ask("GET", "/clock")["now"])
    claims = await verified_claims(app, grant.id_token or "", None, now=now)
    assert account_of(app.spec.auth.id_token, claims) == account
    with pytest.raises(Rejected):
        await verified_claims(app, grant.id_token or "", nonce_of("another"), now=now)


async def test_identity_and_proof(linked):
    me = await Microsoft().identify(linked.api)
    assert me.external_id == linked.account.partition(":")[2]
    assert "@" in me.label
    assert await Microsoft().prove(linked.api, frozenset())
    assert not await Microsoft().prove(linked.api, frozenset({"Mail.ReadWrite"}))


async def test_a_draft_is_sent_and_found_by_both_its_ids(linked):
    raw, message_id = letter("nobody@example.test")
    draft = await create_draft(linked.api, raw)
    assert (draft.message_id, draft.draft, draft.subject) == (message_id, True, "Hello")
    await send_draft(linked.api, draft.external_id)
    (sent,) = await find_sent(linked.api, message_id)
    assert (sent.external_id, sent.draft) == (draft.external_id, False)


async def test_mime_arrives_with_its_headers_and_is_seen_as_a_change(sandbox, linked):
    first = await changes(linked.api, None)
    assert (first.letters, first.complete) == ((), True)
    address = sandbox.ask("GET", f"/accounts/microsoft/{linked.account}/login")["address"]
    raw, message_id = letter(address)
    await send_mime(linked.api, raw)
    news = await changes(linked.api, first.cursor)
    assert [one.message_id for one in news.letters] == [message_id]
    assert (await changes(linked.api, news.cursor)).letters == ()


async def test_a_first_walk_over_several_pages(sandbox, linked):
    for number in range(120):
        raw = f"From: a@b.test\r\nSubject: {number}\r\n\r\nText\r\n"
        sandbox.ask("POST", f"/accounts/microsoft/{linked.account}/messages", {"raw": raw})
    found, cursor, complete = [], None, False
    while not complete:
        page = await changes(linked.api, cursor)
        found += [one.subject for one in page.letters]
        cursor, complete = page.cursor, page.complete
    assert found == [str(number) for number in range(120)]


async def test_a_forgotten_state_says_so(linked):
    with pytest.raises(StateLost):
        await changes(linked.api, "$deltatoken=forgotten")


@pytest.mark.parametrize(
    ("kind", "params", "cause"),
    [
        ("revoke", {}, Cause.PASSWORD_CHANGED),
        ("revoke", {"variant": "65001"}, Cause.ACCESS_REVOKED),
        ("uninstall", {}, Cause.ACCESS_REVOKED),
        ("expire_refresh", {}, Cause.TOKEN_EXPIRED),
        ("change_password", {"by": "admin"}, Cause.PASSWORD_CHANGED),
        ("admin_block", {}, Cause.ADMIN_POLICY),
        ("admin_block", {"variant": "50105"}, Cause.ADMIN_POLICY),
        ("admin_block", {"variant": "700016"}, Cause.ADMIN_POLICY),
        ("interaction_required", {}, Cause.INTERACTION_REQUIRED),
        ("interaction_required", {"variant": "50158"}, Cause.INTERACTION_REQUIRED),
        ("disable_account", {}, Cause.ACCOUNT_DISABLED),
    ],
)
async def test_each_end_of_a_grant_has_its_cause(sandbox, linked, kind, params, cause):
    sandbox.fault("microsoft", linked.account, kind, **params)
    with pytest.raises(AccessRevoked) as caught:
        await linked.refresh()
    assert caught.value.cause is cause


async def test_a_new_password_of_ones_own_changes_nothing(sandbox, linked):
    sandbox.fault("microsoft", linked.account, "change_password")
    await linked.refresh()


async def test_each_refresh_brings_a_new_token_and_the_old_one_stays_good(linked):
    before = linked.tokens.grant.refresh_token
    await linked.refresh()
    assert linked.tokens.grant.refresh_token != before
    assert (await linked.oauth.refresh(before)).refresh_token not in (before, linked.tokens.grant.refresh_token)


async def test_removed_scopes_are_named_by_the_call_and_missing_in_the_next_answer(sandbox, linked):
    sandbox.fault("microsoft", linked.account, "remove_scopes", scopes=["Mail.Send"])
    with pytest.raises(ScopesMissing) as caught:
        await send_mime(linked.api, letter("a@b.test")[0])
    assert caught.value.scopes == ("Mail.Send",)
    await linked.refresh()
    assert linked.app.spec.auth.required_scopes - linked.tokens.grant.scopes == {"Mail.Send"}


async def test_a_wrong_secret_is_the_operators(linked):
    settings = replace(linked.app.settings, client_secret="another")
    with pytest.raises(Misconfigured) as caught:
        await OAuth(replace(linked.app, settings=settings)).refresh(linked.tokens.grant.refresh_token or "")
    assert caught.value.evidence.provider_code == "7000215"


async def test_another_redirect_uri_is_the_operators(sandbox, app):
    code, verifier = await consent(sandbox, app, sandbox.make_account("microsoft"))
    with pytest.raises(Misconfigured) as caught:
        await OAuth(app).exchange(code=code, redirect_uri=CALLBACK + "/other", verifier=verifier)
    assert caught.value.expected == CALLBACK + "/other"


async def test_a_code_works_once(sandbox, app):
    code, verifier = await consent(sandbox, app, sandbox.make_account("microsoft"))
    await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=verifier)
    with pytest.raises(Rejected):
        await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=verifier)


async def test_there_is_nothing_to_revoke_at(sandbox, linked):
    await linked.oauth.revoke(linked.tokens.grant.refresh_token or "")
    assert sandbox.grant_alive("microsoft", linked.account)


@pytest.mark.parametrize(
    ("kind", "params"),
    [("status", {"code": 503}), ("timeout", {}), ("reset", {}), ("garbled", {}), ("html_403", {})],
)
async def test_trouble_of_the_provider_never_looks_like_a_dead_grant(sandbox, linked, kind, params):
    sandbox.fault("microsoft", linked.account, kind, **params)
    waits = linked.hasty if kind == "timeout" else linked
    with pytest.raises(Unavailable):
        await Microsoft().identify(waits.api)
    with pytest.raises(Unavailable):
        await waits.refresh()


async def test_a_sending_that_may_have_arrived_is_not_repeated(sandbox, linked):
    sandbox.fault("microsoft", linked.account, "status", code=504, path="/v1.0/me/sendMail", processed=True)
    raw, message_id = letter("nobody@example.test")
    with pytest.raises(Unavailable) as caught:
        await send_mime(linked.api, raw)
    assert caught.value.sent
    assert len(await find_sent(linked.api, message_id)) == 1


async def test_our_tokens_live_for_a_day_because_graph_asks_about_them(sandbox, linked):
    assert 20 * 3600 <= linked.tokens.grant.expires_in_s <= 28 * 3600
    await linked.refresh()
    assert 20 * 3600 <= linked.tokens.grant.expires_in_s <= 28 * 3600
    assert linked.tokens.grant.renew_in_s == 4500
    sandbox.fault("microsoft", linked.account, "revoke")
    with pytest.raises(AccessRevoked):
        await Microsoft().identify(linked.api)
    asked = [one for one in sandbox.new_requests() if one["path"].endswith("/v1.0/me")]
    assert [one["status"] for one in asked][-1] == 401
