"""Sentences for the description: of the whole, and of operations whose routes say nothing themselves."""

ABOUT = """
Everything the pages of Mailwarden do, they do through this API; programs use the same operations.

**Who is asking.** Send `Authorization: Bearer` with an API key (`mw_live_…`, made under Settings) or with an
access token of the authorization server (`/.well-known/oauth-authorization-server`). Each operation names the
scope that it needs; a key never may more than the role of whoever made it. A browser's session cookie works,
too, with the `X-CSRF` header.

**Errors** are problems (RFC 9457) with a stable `code`, and a `request_id` that finds the request in our
logs.

**Repeating.** POST and PATCH take an `Idempotency-Key`: the same key with the same request is carried out
once, and its answer is given again for 96 hours (`Idempotency-Replayed: true`). The same key with another
request is 422 `idempotency_key_reused`; while the first still runs it is 409 with Retry-After. After an error
the key is free.

**Limits.** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) and `X-RateLimit-*` are
on every answer; 429 carries Retry-After.

**Lists** take `limit` and `cursor` and answer `data`, `has_more` and `next_cursor`. **Settings** carry an
`ETag`; send it as `If-Match` with a change. **Deprecation** is announced by the headers Deprecation, Sunset
and Link, 180 days before.
""".strip()

OPERATIONS: dict[str, str] = {
    "count_unread_alerts": "How many notices nobody has read yet.",
    "mark_alert_read": "Marks one notice as read, for the whole organization.",
    "sign_out": "Ends this browser's session.",
    "get_campaign": "One campaign with its current figures.",
    "list_connections": "All connections of the organization with their state.",
    "get_connection": "One connection: its state, what it is blocked by, and what to do.",
    "update_connection": "Changes settings of a connection, such as how often it is synced.",
    "list_connection_history": "Every change of a connection's state with its cause, newest first.",
    "list_reconnect_receipts": "What each reconnect kept and restored.",
    "get_connection_usability": "What the connection can be used for now, and if not, why.",
    "delete_support_bundle": "Removes a support bundle before its time.",
    "get_event": "One event.",
    "list_integrations": "What can be connected, and what is.",
    "switch_organization": "Makes another of your organizations the active one of this browser.",
    "get_email": "Your address, and a change of it that waits for confirmation.",
    "list_identities": "Accounts of other services that you can sign in with.",
    "get_second_factor": "Whether a second factor is set up for you.",
    "get_metrics_summary": "Totals and rates over a span of time.",
    "get_authorization_attempt": "How one authorization at a provider ended.",
    "get_organization": "The organization's name and time zone, with an ETag.",
    "update_organization": "Changes name or time zone; send the ETag as If-Match.",
    "get_sync": "One run with its progress and counts.",
    "list_webhook_endpoints": "The organization's endpoints with their health.",
    "get_webhook_endpoint": "One endpoint with its health.",
    "get_webhook_delivery": "One delivery with every attempt.",
}
