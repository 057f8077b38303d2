from mailwarden.accounts.access_models import ApiKey, Grant, GrantToken
from mailwarden.core.housekeeping import Kept
from mailwarden.core.idempotency.models import IdempotencyKey

KEPT = [
    Kept(ApiKey.revoked_at, "api_keys_days"),
    Kept(GrantToken.expires_at, "oauth_tokens_days"),
    Kept(Grant.expires_at, "devices_days"),
    Kept(IdempotencyKey.created_at, "idempotency_days"),
]
