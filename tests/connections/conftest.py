import httpx
import pytest

from tests.support.replies import Replies


@pytest.fixture
def quiet_journal(replies: Replies) -> None:
    """The journal of uninstalls holds nothing."""
    replies["POST /oauth/2026-03/token"] = httpx.Response(200, json={"access_token": "app-token-1", "expires_in": 1800})
    replies["POST /webhooks-journal/subscriptions/2026-03"] = httpx.Response(201, json={"id": 1})
    replies["GET /webhooks-journal/journal/2026-03/earliest"] = httpx.Response(204)
