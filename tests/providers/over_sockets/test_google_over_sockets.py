"""Google's adapter against the sandbox's Google: people, mail, and each way of being refused."""

import base64
import json
from datetime import datetime, timedelta

import pytest

from mailwarden.connections.connect import nonce_of
from mailwarden.providers import google_mail
from mailwarden.providers.base import (
    AccessRevoked,
    Cause,
    EgressRefused,
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    ScopesMissing,
    Signal,
    Unavailable,
)
from mailwarden.providers.google import READING, Google
from mailwarden.providers.hooks.subscribing import GmailWatch, Kept, Wanted
from mailwarden.providers.id_token import account_of, verified_claims
from mailwarden.providers.oauth import OAuth, new_verifier
from tests.providers.over_sockets.linked import CALLBACK, Linked, connect, consent

AUTH = "https://www.googleapis.com/auth/gmail."
SEND, COMPOSE, READONLY, MAIL = f"{AUTH}send", f"{AUTH}compose", f"{AUTH}readonly", "https://mail.google.com/"
LETTER = b"To: ada@somewhere.test\r\nSubject: Hello\r\nMessage-ID: <ours@here.test>\r\n\r\nDear Ada\r\n"
TOPIC = "projects/p/topics/mail"
pytestmark = pytest.mark.parametrize("name", ["google"])


async def test_who_it_is(linked: Linked):
    account = await Google().identify(linked.api)
    assert account.external_id == linked.account
    assert "@" in account.label
    assert linked.scopes is not None
    assert linked.scopes >= linked.app.spec.auth.all_scopes


async def test_the_id_token_names_the_same_account(sandbox, app):
    account, verifier = sandbox.make_account("google"), new_verifier()
    url = OAuth(app).authorize_url(
        state="s", redirect_uri=CALLBACK, verifier=verifier, nonce=nonce_of(verifier), login_hint="a@b.test"
    )
    assert "login_hint=a%40b.test" in url
    code = (await app.http.get(sandbox.decided(url, account))).headers["location"].split("code=")[1].split("&")[0]
    grant = await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=verifier)
    now = datetime.fromisoformat(sandbox.ask("GET", "/clock")["now"])
    claims = await verified_claims(app, grant.id_token or "", nonce_of(verifier), now=now)
    assert app.spec.auth.id_token is not None
    assert account_of(app.spec.auth.id_token, claims) == account
    with pytest.raises(Rejected, match="another sign-in"):
        await verified_claims(app, grant.id_token or "", "other", now=now)
    with pytest.raises(Rejected, match="expired"):
        await verified_claims(app, grant.id_token or "", nonce_of(verifier), now=now + timedelta(hours=2))


async def test_a_refresh_keeps_the_refresh_token(linked):
    before = linked.tokens.grant.refresh_token
    await linked.refresh()
    assert (linked.tokens.grant.refresh_token, linked.tokens.refreshes) == (before, 1)


async def test_a_sent_message_is_read_back(linked):
    sent = await google_mail.send(linked.api, LETTER)
    assert sent.message_id is not None
    assert sent.message_id.endswith("@mail.gmail.com>")
    assert await google_mail.find_message(linked.api, sent.message_id) == sent.id
    assert await google_mail.find_message(linked.api, "<none@here.test>") is None
    reply = await google_mail.send(linked.api, LETTER, sent.thread_id)
    assert reply.thread_id == sent.thread_id


async def test_what_was_sent_stays_sent_if_it_cannot_be_read_back(sandbox, linked):
    sandbox.fault("google", linked.account, "status", code=503, path="*/messages/[0-9a-f]*")
    sent = await google_mail.send(linked.api, LETTER)
    assert (sent.id != "", sent.message_id) == (True, None)


async def test_a_send_without_answer_is_never_repeated(sandbox, linked):
    sandbox.fault("google", linked.account, "reset", path="*/messages/send", processed=True)
    sandbox.new_requests()
    with pytest.raises(Unavailable) as caught:
        await google_mail.send(linked.api, LETTER)
    assert caught.value.sent
    assert len([r for r in sandbox.new_requests() if r["path"].endswith("/messages/send")]) == 1


async def test_a_mail_is_found_under_its_old_name_however_many_came_after_it(sandbox, linked):
    """Whoever could not look at once, since the connection was dead, looks a day later."""
    since = datetime.fromisoformat(sandbox.ask("GET", "/clock")["now"])
    lost = await google_mail.send(linked.api, LETTER.replace(b"Subject:", b"Message-ID: <lost@here.test>\r\nSubject:"))
    sandbox.advance(600)
    for _ in range(6):
        await google_mail.send(linked.api, LETTER)
    found = await google_mail.find_replaced(linked.api, "<lost@here.test>", since, 5)
    assert found is not None
    assert (found.id, found.message_id) == (lost.id, lost.message_id)
    assert await google_mail.find_replaced(linked.api, "<none@here.test>", since, 5) is None


async def test_drafts(linked):
    draft = await google_mail.create_draft(linked.api, LETTER)
    again = await google_mail.update_draft(linked.api, draft.id, LETTER.replace(b"Hello", b"Better"))
    assert (again.id, again.message != draft.message) == (draft.id, True)
    assert (await google_mail.send_draft(linked.api, draft.id)).message_id
    other = await google_mail.create_draft(linked.api, LETTER)
    for _ in range(2):
        await google_mail.delete_draft(linked.api, other.id)


async def test_changes_page_by_page_until_they_are_forgotten(sandbox, linked, monkeypatch):
    monkeypatch.setattr(google_mail, "PAGE_SIZE", 2)
    start = (await google_mail.profile(linked.api)).history_id
    sent = [(await google_mail.send(linked.api, LETTER)).id for _ in range(5)]
    found = await google_mail.changes(linked.api, start)
    assert (found.added, found.complete) == (tuple(sent), True)
    assert found.history_id is not None
    assert (await google_mail.changes(linked.api, found.history_id)).added == ()
    sandbox.advance(8 * 86_400)
    await linked.refresh()
    assert not (await google_mail.changes(linked.api, start)).complete


async def test_senders(linked):
    (own,) = await google_mail.senders(linked.api)
    assert (own.default, own.address) == (True, (await Google().identify(linked.api)).label)


async def test_watching(sandbox, linked):
    now = datetime.fromisoformat(sandbox.ask("GET", "/clock")["now"])
    watching = await google_mail.watch(linked.api, TOPIC)
    assert timedelta(days=6, hours=23) < watching.until - now < timedelta(days=7, minutes=1)
    await google_mail.stop_watching(linked.api)


async def test_a_watch_is_renewed_every_day_and_a_lapse_is_noticed(sandbox, linked):
    async def keep(known: Kept | None) -> Kept:
        now = datetime.fromisoformat(sandbox.ask("GET", "/clock")["now"])
        wanted = Wanted(TOPIC, "", "", known.provider_id if known else None, known.expires_at if known else None)
        (kept,) = await GmailWatch().keep(linked.api, [wanted], now)
        assert kept.expires_at is not None
        return kept

    first = await keep(None)
    assert (await keep(first)).expires_at == first.expires_at
    sandbox.advance(25 * 3600)
    await linked.refresh()
    renewed = await keep(first)
    assert (renewed.expires_at != first.expires_at, renewed.missed) == (True, False)
    sandbox.advance(8 * 86_400)
    await linked.refresh()
    assert (await keep(renewed)).missed


async def test_only_listed_calls_leave(linked):
    with pytest.raises(EgressRefused):
        await linked.api.write("DELETE", "/gmail/v1/users/me/messages/1a")
    with pytest.raises(EgressRefused):
        await linked.api.get("/gmail/v1/users/somebody@else.test/profile")


@pytest.mark.parametrize("chosen", [{SEND}, {SEND, COMPOSE}, {SEND, READONLY}, {SEND, READONLY, COMPOSE}])
async def test_what_was_unticked_is_known(sandbox, app, chosen):
    linked = await connect(sandbox, app, _sandbox_scopes=" ".join(chosen))
    assert linked.scopes is not None
    assert linked.scopes & {SEND, COMPOSE, READONLY, MAIL} == chosen
    assert (await Google().identify(linked.api)).external_id == linked.account
    await google_mail.send(linked.api, LETTER)
    missing = app.spec.auth.all_scopes - linked.scopes
    assert await Google().prove(linked.api, missing) is (READONLY in chosen)
    if READONLY not in chosen:
        with pytest.raises(ScopesMissing) as caught:
            await Google().prove(linked.api, frozenset())
        assert set(caught.value.scopes) == READING


async def test_full_access_holds_all_the_others(sandbox, app):
    linked = await connect(sandbox, app, _sandbox_scopes=MAIL)
    assert linked.scopes is not None
    assert linked.scopes >= app.spec.auth.all_scopes


async def test_without_sending_the_required_scope_is_named(sandbox, linked):
    sandbox.fault("google", linked.account, "remove_scopes", scopes=[SEND, COMPOSE, MAIL])
    with pytest.raises(ScopesMissing) as caught:
        await google_mail.send(linked.api, LETTER)
    assert SEND in caught.value.scopes
    await linked.refresh()
    assert linked.app.spec.auth.required_scopes - linked.tokens.grant.scopes == {SEND}


@pytest.mark.parametrize("variant", ["documented", "bad_request"])
async def test_a_dead_grant(sandbox, linked, variant):
    sandbox.fault("google", linked.account, "revoke", variant=variant)
    await _refused(linked.refresh(), Cause.ACCESS_REVOKED, Signal.REFRESH_REFUSED)
    token = linked.tokens.grant.access_token
    with pytest.raises(AccessRevoked):
        await Google().identify(linked.api)
    assert linked.tokens.grant.access_token == token


async def _refused(attempt, cause: Cause, signal: Signal) -> ProviderError:
    with pytest.raises(AccessRevoked) as caught:
        await attempt
    assert (caught.value.cause, caught.value.evidence.signal) == (cause, signal)
    return caught.value


DEATHS = [
    ("uninstall", Cause.ACCESS_REVOKED),
    ("expire_refresh", Cause.ACCESS_REVOKED),
    ("change_password", Cause.ACCESS_REVOKED),
    ("admin_block", Cause.ADMIN_POLICY),
    ("interaction_required", Cause.INTERACTION_REQUIRED),
    ("disable_account", Cause.ACCOUNT_DISABLED),
    ("hub_deleted", Cause.ACCOUNT_DISABLED),
]


@pytest.mark.parametrize(("kind", "cause"), DEATHS)
async def test_what_the_token_endpoint_tells_of_each_end(sandbox, linked, kind, cause):
    sandbox.fault("google", linked.account, kind)
    error = await _refused(linked.refresh(), cause, Signal.REFRESH_REFUSED)
    assert error.evidence.provider_code in ("invalid_grant", "admin_policy_enforced")


async def test_an_administrator_shuts_gmail_but_not_the_sign_in(sandbox, linked):
    sandbox.fault("google", linked.account, "admin_block")
    error = await _refused(Google().identify(linked.api), Cause.ADMIN_POLICY, Signal.API_REFUSED)
    assert error.evidence.provider_code == "domainPolicy"


async def test_revoking_what_is_dead_counts_as_done(linked):
    token = linked.tokens.grant.refresh_token or ""
    for _ in range(2):
        await linked.oauth.revoke(token)
    with pytest.raises(AccessRevoked):
        await linked.refresh()


async def test_quotas_and_bans(sandbox, linked):
    sandbox.fault("google", linked.account, "quota", limit=0)
    with pytest.raises(RateLimited) as caught:
        await google_mail.profile(linked.api)
    assert caught.value.evidence.provider_code == "rateLimitExceeded"
    sandbox.lift("google", linked.account)
    sandbox.fault("google", linked.account, "status", code=403, path="*/profile")
    with pytest.raises(RateLimited):
        await google_mail.profile(linked.api)


async def test_our_own_mistakes_are_not_the_customers(sandbox, app):
    code, verifier = await consent(sandbox, app, sandbox.make_account("google"))
    with pytest.raises(Misconfigured):
        await OAuth(app).exchange(code=code, redirect_uri=f"{CALLBACK}/other", verifier=verifier)


async def test_a_push_is_signed_and_readable(sandbox, linked):
    target = {"topic": "projects/p/topics/signed", "url": "http://127.0.0.1:9/none", "audience": "https://our.test/h"}
    sandbox.ask("PUT", "/google/pubsub", target)
    await google_mail.watch(linked.api, target["topic"])
    (delivery,) = sandbox.ask("GET", "/webhooks/deliveries", provider="google", account=linked.account)["deliveries"]
    data = json.loads(base64.b64decode(json.loads(delivery["body"])["message"]["data"]))
    assert data["emailAddress"] == (await google_mail.profile(linked.api)).address
