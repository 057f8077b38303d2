"""Mailwarden API in Python. Needs `pip install httpx`, MAILWARDEN_URL and MAILWARDEN_API_KEY."""

import os
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx

api = httpx.Client(
    base_url=os.environ["MAILWARDEN_URL"],
    headers={"Authorization": f"Bearer {os.environ['MAILWARDEN_API_KEY']}"},
    timeout=30,
)


def call(method: str, path: str, **kwargs: Any) -> httpx.Response:
    """Waits where the server says so; anything else that went wrong has a stable code and a reference."""
    for _ in range(5):
        answer = api.request(method, path, **kwargs)
        if "retry-after" in answer.headers:
            time.sleep(int(answer.headers["retry-after"]))
            continue
        if answer.is_error:
            problem = answer.json()
            raise SystemExit(f"{problem['code']}: {problem['detail']} ({problem['request_id']})")
        return answer
    raise SystemExit("still refused after five tries")


def every(path: str) -> Iterator[dict[str, Any]]:
    """All pages of a list."""
    cursor = None
    while True:
        page = call("GET", path, params={"limit": 100} | ({"cursor": cursor} if cursor else {})).json()
        yield from page["data"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return


# 1. Who am I, and what may this key do?
me = call("GET", "/v1/me").json()
print("organization:", me["organization"]["name"])
print("may:", ", ".join(me["permissions"]))

# 2. Which integrations need somebody?
for connection in call("GET", "/v1/connections").json()["data"]:
    print("connection:", connection["provider"], connection["status"])

# 3. All campaigns, page by page.
print("campaigns:", sum(1 for _ in every("/v1/campaigns")))

# 4. What happened: keep `next_cursor` and come back with it, nothing is missed.
events = call("GET", "/v1/events").json()
print("events:", len(events["data"]), "next:", bool(events["next_cursor"]))

# 5. A change: the ETag makes sure that nobody else changed it meanwhile, the key that it happens once.
etag = call("GET", "/v1/organization").headers["etag"]
headers = {"If-Match": etag, "Idempotency-Key": str(uuid.uuid4())}
changed = call("PATCH", "/v1/organization", json={"time_zone": "Europe/Vienna"}, headers=headers)
again = call("PATCH", "/v1/organization", json={"time_zone": "Europe/Vienna"}, headers=headers)
print("time zone:", changed.json()["time_zone"], "repeated:", again.headers.get("idempotency-replayed"))
