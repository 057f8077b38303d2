"""What is authentic is believed, reduced to ids; one bit of difference and it is not."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from mailwarden.providers.hooks import hubspot, keap, klaviyo, microsoft
from mailwarden.providers.hooks.base import HookEvent, Incoming, Kind, Reason, Refused
from mailwarden.providers.hooks.tokens import names_of
from tests.providers.hooks.signing import (
    FOREIGN_KEY,
    NOW,
    OTHER,
    SCHEMES,
    SECRET,
    TOKEN_REVOKED,
    Scheme,
    from_hubspot,
    from_keap,
    from_klaviyo,
    from_microsoft,
    hubspot_item,
    incoming,
    mutations,
    pubsub,
    risc,
    same_token,
    verify_hubspot,
    verify_keap,
    verify_klaviyo,
    verify_microsoft,
    verify_pubsub,
    verify_risc,
)

MUTATIONS = {"hubspot": 5000, "klaviyo": 5000, "risc": 700, "pubsub": 700}
by_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


async def reason(scheme_or_verify, one: Incoming) -> Reason | None:
    verify = getattr(scheme_or_verify, "verify", scheme_or_verify)
    try:
        await verify(one)
    except Refused as refused:
        return refused.reason
    return None


@by_scheme
async def test_the_genuine_one_is_believed(scheme: Scheme):
    events = await scheme.verify(scheme.genuine)
    assert [event.kind for event in events] not in ([], [Kind.UNREADABLE])


@by_scheme
async def test_one_flipped_bit_is_enough(scheme: Scheme):
    rng, accepted = random.Random(20261122), 0
    for one in mutations(scheme, rng, MUTATIONS[scheme.name]):
        if await reason(scheme, one) is None and not (scheme.is_token and same_token(one, scheme.genuine)):
            accepted += 1
    assert accepted == 0


@by_scheme
async def test_without_its_proof_it_is_nothing(scheme: Scheme):
    for name in scheme.headers:
        without = {k: v for k, v in scheme.genuine.headers.items() if k != name}
        assert await reason(scheme, replace(scheme.genuine, headers=without)) is Reason.UNSIGNED
        assert await reason(scheme, replace(scheme.genuine, headers={**without, name: ""})) is Reason.UNSIGNED


@pytest.mark.parametrize(
    ("verify", "forged"),
    [
        (verify_hubspot, from_hubspot(secret=OTHER)),
        (verify_klaviyo, from_klaviyo(secret=OTHER)),
        (verify_risc, risc(key=FOREIGN_KEY)),
        (verify_pubsub, pubsub(key=FOREIGN_KEY)),
        (verify_microsoft, from_microsoft(OTHER)),
        (verify_microsoft, from_microsoft("")),
        (verify_microsoft, incoming(b'{"value":[]}', {})),
        (verify_microsoft, incoming(b"[", {})),
    ],
)
async def test_anothers_secret_or_key_proves_nothing(verify, forged):
    assert await reason(verify, forged) in (Reason.SIGNATURE, Reason.SECRET)


async def test_one_foreign_item_spoils_a_whole_batch():
    items = [json.loads(from_microsoft(state).body)["value"][0] for state in (SECRET, OTHER)]
    assert await reason(verify_microsoft, incoming(json.dumps({"value": items}).encode(), {})) is Reason.SECRET


# HubSpot


async def test_older_signatures_of_hubspot_are_refused_even_if_they_fit():
    one = from_hubspot()
    v1 = {"x-hubspot-signature": sha256(SECRET.encode() + one.body).hexdigest()}
    v1["x-hubspot-signature-version"] = "v1"
    assert await reason(verify_hubspot, replace(one, headers=v1)) is Reason.DOWNGRADE


@pytest.mark.parametrize(("age_s", "refused"), [(299, None), (301, Reason.STALE), (-59, None), (-61, Reason.STALE)])
async def test_the_window_of_hubspots_time(age_s: int, refused: Reason | None):
    assert await reason(verify_hubspot, from_hubspot(at=NOW - timedelta(seconds=age_s))) is refused


async def test_hubspots_events_are_told_apart_by_portal_and_subscription():
    items = [hubspot_item(1), hubspot_item(2), hubspot_item(1, portal=9), {**hubspot_item(1), "subscriptionId": 8}]
    events = await verify_hubspot(from_hubspot(items))
    assert len({event.dedupe_key for event in events}) == 4
    again = await verify_hubspot(from_hubspot([{**items[0], "attemptNumber": 3}]))
    assert again[0].dedupe_key == events[0].dedupe_key
    assert (events[0].account, events[0].objects, events[0].occurred_at) == ("4711", ("9",), NOW)


async def test_certain_signs_of_the_address_are_decoded_before_signing():
    url = "https://app.example.test/hooks/hubspot?a=%3A%2f"
    signed = hubspot.signature(SECRET, "POST", "https://app.example.test/hooks/hubspot?a=:/", b"{}", "1")
    assert hubspot.signature(SECRET, "POST", url, b"{}", "1") == signed


# Klaviyo


async def test_klaviyos_wrong_clock_is_only_signed_and_its_true_time_bounds_the_age():
    assert await reason(verify_klaviyo, from_klaviyo(at=NOW - timedelta(days=6))) is None
    assert await reason(verify_klaviyo, from_klaviyo(at=NOW - timedelta(days=8))) is Reason.STALE
    assert await reason(verify_klaviyo, from_klaviyo(at=NOW + timedelta(minutes=2))) is Reason.STALE


async def test_the_same_klaviyo_event_has_one_name():
    one, again, other = [await verify_klaviyo(from_klaviyo(name=name)) for name in ("a", "a", "b")]
    assert one[0].dedupe_key == again[0].dedupe_key != other[0].dedupe_key


# Google


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another-client"},
        {"aud": ["x", "y"]},
        {"iss": "https://accounts.example.test"},
        {"iat": None},
        {"iat": round(NOW.timestamp()) + 3600},
    ],
)
async def test_security_events_for_or_by_others_are_refused(wrong):
    assert await reason(verify_risc, risc(**wrong)) in (Reason.AUDIENCE, Reason.STALE)


async def test_a_security_event_has_no_end_but_very_old_ones_are_refused():
    assert await reason(verify_risc, risc(exp=1)) is None
    assert await reason(verify_risc, risc(iat=round(NOW.timestamp()) - 8 * 86_400)) is Reason.STALE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("oauth/event-type/tokens-revoked", Kind.TOKEN_REVOKED),
        ("oauth/event-type/token-revoked", Kind.TOKEN_REVOKED),
        ("risc/event-type/account-disabled", Kind.ACCOUNT_DISABLED),
        ("risc/event-type/account-purged", Kind.ACCOUNT_DISABLED),
        ("risc/event-type/account-enabled", Kind.ACCOUNT_ENABLED),
        ("risc/event-type/account-credential-change-required", Kind.CHANGED),
        ("risc/event-type/sessions-revoked", Kind.CHANGED),
        ("risc/event-type/verification", Kind.TEST),
    ],
)
async def test_what_googles_events_mean(name, kind):
    event = (await verify_risc(risc(f"https://schemas.openid.net/secevent/{name}")))[0]
    assert (event.kind, event.account, event.topic, event.occurred_at) == (kind, "1091", name.rpartition("/")[2], NOW)


@pytest.mark.parametrize("way", ["prefix", "hash_base64_sha512_sha512"])
@pytest.mark.parametrize("field", ["token", "token_identifier"])
async def test_a_single_token_is_named_by_a_derived_value(way, field):
    name = names_of("1//0abcdefghijklmnopqrstuvwxyz")[way != "prefix"]
    subject = {"subject_type": "oauth_token", "token_type": "refresh_token", "token_identifier_alg": way, field: name}
    assert (await verify_risc(risc(TOKEN_REVOKED, subject)))[0].token_name == name


@pytest.mark.parametrize(
    "wrong", [{"aud": "https://other.test"}, {"email": "eve@example.test"}, {"email_verified": False}, {"exp": 1}]
)
async def test_pubsub_believes_one_service_account_for_one_address(wrong):
    assert await reason(verify_pubsub, pubsub(**wrong)) is Reason.AUDIENCE


@pytest.mark.parametrize("body", [b'{"emailAddress":"Pat@example.test","historyId":77}'])
async def test_a_mailbox_change_names_address_and_position(body):
    event = (await verify_pubsub(pubsub(data=body)))[0]
    assert (event.account, event.objects, event.dedupe_key) == ("pat@example.test", ("77",), "pubsub|m-1")


# Keap and Microsoft


async def test_a_keap_hook_is_one_hint_for_all_its_objects():
    event = (await verify_keap(from_keap()))[0]
    assert (event.kind, event.topic, event.objects) == (Kind.CHANGED, "contact.edit", ("4", "5"))
    assert event.occurred_at == NOW - timedelta(minutes=1)
    assert event.dedupe_key == (await verify_keap(from_keap(api_url="elsewhere")))[0].dedupe_key
    assert event.dedupe_key != keap.events(from_keap(), "subscription-2")[0].dedupe_key


@pytest.mark.parametrize("value", ["", "a b", "x" * 513, "new\nline", "ü"])
async def test_a_handshake_echoes_only_what_can_be_a_headers_value(value):
    assert keap.handshake(incoming(b"", {"X-Hook-Secret": value})) is None
    assert keap.handshake(incoming(b"", {"X-Hook-Secret": "s3cret"})) == "s3cret"


async def test_graphs_validation_token_is_no_page():
    assert microsoft.handshake("Validation: 1") == "Validation: 1"
    assert "<" not in microsoft.handshake("<script>alert(1)</script>")
    for token in ("x" * 4097, "two\r\nlines", "\x00"):
        with pytest.raises(Refused):
            microsoft.handshake(token)


async def test_graphs_lifecycle_events_may_repeat_after_a_while():
    def key(now) -> HookEvent:
        one = from_microsoft(lifecycleEvent="missed", id=None, changeType=None, resourceData=None)
        return microsoft.events(replace(one, now=now), SECRET)[0]

    assert key(NOW).kind is Kind.LIFECYCLE
    assert key(NOW).dedupe_key == key(NOW + timedelta(seconds=5)).dedupe_key
    assert key(NOW).dedupe_key != key(NOW + timedelta(minutes=10)).dedupe_key


# What is authentic and yet strange


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'[1,"a"]', b"[" * 5000, b"\xff"])
async def test_authentic_requests_of_another_shape_are_kept_not_lost(body):
    stamp = str(round(NOW.timestamp() * 1000))
    one = from_hubspot()
    signature = hubspot.signature(SECRET, "POST", one.url, body, stamp)
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}
    assert [event.kind for event in await verify_hubspot(replace(one, body=body, headers=headers))] == [Kind.UNREADABLE]
    signed = {"klaviyo-timestamp": "x", "klaviyo-signature": klaviyo.signature(SECRET, body, "x")}
    assert [event.kind for event in await verify_klaviyo(incoming(body, signed))] == [Kind.UNREADABLE]
    assert [event.kind for event in await verify_keap(incoming(body, {}))] == [Kind.UNREADABLE]
