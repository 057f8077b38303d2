from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mailwarden.core.outside import rules as outside
from mailwarden.core.outside.signing import new_secret, signature, signed_headers
from mailwarden.developers.webhooks import rules

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_the_schedule_spans_three_days_also_at_its_shortest() -> None:
    assert sum(rules.WAITS) >= 72 * 3600
    assert len(rules.WAITS) == 9


@given(st.integers(0, 8), st.floats(0, 1))
def test_every_wait_lies_within_a_fifth_of_its_step(step: int, chance: float) -> None:
    wait = rules.wait_s(step, chance)
    assert wait is not None
    assert 0.8 * rules.WAITS[step] <= wait <= 1.2 * rules.WAITS[step] * 1.0001


def test_after_the_last_step_it_is_given_up() -> None:
    assert rules.wait_s(len(rules.WAITS), 0.5) is None


def test_only_who_fails_often_is_given_a_rest_and_never_a_long_one() -> None:
    assert [rules.rest_s(n, dead=False) for n in (0, 1, 4, 5, 6, 9, 10, 1000)] == [0, 0, 0, 30, 60, 480, 900, 900]
    assert rules.rest_s(1, dead=True) == 3600


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "120", 120),
        (503, " 5 ", 5),
        (503, "Sun, 01 Nov 2026 12:10:00 GMT", 600),
        (503, "Sun, 01 Nov 2026 11:00:00 GMT", 0),
        (503, "99999999999999", 86400),
        (503, "Fri, 01 Nov 2999 12:10:00 GMT", 86400),
        (500, "120", 0),
        (200, "120", 0),
        (429, None, 0),
        (429, "soon", 0),
        (429, "Mon, 01 Jan 2026 00:00:00 +9999999999999", 0),
        (429, "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 0),
        (429, "-5", 0),
        (None, None, 0),
    ],
)
def test_what_the_endpoint_asks_for_is_obeyed_within_reason(
    status: int | None, header: str | None, wait: float
) -> None:
    assert outside.retry_after_s(status, header, NOW) == wait


@given(st.text(max_size=60))
def test_no_header_breaks_it(header: str) -> None:
    assert 0 <= outside.retry_after_s(503, header, NOW) <= 86400


def test_only_2xx_is_delivered() -> None:
    tried = (None, 100, 199, 200, 204, 299, 300, 301, 302, 404, 410, 500)
    assert [status for status in tried if outside.is_delivered(status)] == [200, 204, 299]


@given(st.binary(max_size=300), st.text("abcdefgh0123456789_", min_size=1, max_size=40))
def test_the_specifications_library_accepts_what_we_sign(body: bytes, message_id: str) -> None:
    secret, at = new_secret(), datetime.now(UTC)
    text = f'{{"n": "{body.hex()}"}}'.encode()
    headers = signed_headers([secret], message_id, at, text)
    assert Webhook(secret).verify(text, headers) == {"n": body.hex()}
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(text, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(text + b" ", headers)


def test_the_specifications_own_example() -> None:
    """Standard Webhooks, reference implementation's vector."""
    secret, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1614265330
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_old_message_cannot_be_replayed() -> None:
    secret, long_ago = new_secret(), datetime.now(UTC) - timedelta(minutes=6)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b"{}", signed_headers([secret], "evt_1", long_ago, b"{}"))


@given(st.text(max_size=80))
def test_whatever_is_typed_gets_an_answer(url: str) -> None:
    assert outside.what_is_wrong_with(url, plain_http=False) is None or len(url) >= 0
    assert outside.what_is_wrong_with(f"https://{url}", plain_http=True) != ""
