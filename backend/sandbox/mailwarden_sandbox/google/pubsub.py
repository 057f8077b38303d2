"""Pub/Sub's push of a mailbox change, with the identity token by which the receiver knows it."""

import base64
import json
from uuid import uuid4

from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.google import keys
from mailwarden_sandbox.google.state import GoogleState, Push, Watch
from mailwarden_sandbox.webhooks.send import deliver
from mailwarden_sandbox.world import World

_LIFE_S = 3600


def push_change(world: World, held: Watch) -> None:
    """Nothing happens while the topic has no push subscription."""
    target = world.part(GoogleState).pushes.get(held.topic)
    if target is not None:
        body = change_body(world, held.account.user_email, held.account.mailbox.newest_change, held.topic)
        make = lambda at: push_headers(target, at)  # noqa: E731 - each attempt has a token of its own
        deliver(world, "google", held.account, target.url, body, make, topic="gmail", schedule="pubsub")


def change_body(world: World, address: str, history_id: int, topic: str) -> bytes:
    told = json.dumps({"emailAddress": address, "historyId": history_id}).encode()
    number = str(uuid4().int)[:17]
    stamp = iso_millis(world.now())
    message = {
        "data": base64.b64encode(told).decode(), "messageId": number, "message_id": number,
        "publishTime": stamp, "publish_time": stamp,
    }  # fmt: skip
    project = topic.split("/")[1]
    return json.dumps({"message": message, "subscription": f"projects/{project}/subscriptions/mail"}).encode()


def push_headers(target: Push, at: float) -> dict[str, str]:
    claims = {
        "iss": keys.ISSUER, "aud": target.audience, "azp": "109876543210987654321", "sub": "109876543210987654321",
        "email": target.sender, "email_verified": True, "iat": int(at), "exp": int(at) + _LIFE_S,
    }  # fmt: skip
    token = keys.sign(claims, typ="JWT")
    return {"content-type": "application/json", "authorization": f"Bearer {token}", "user-agent": "APIs-Google"}
