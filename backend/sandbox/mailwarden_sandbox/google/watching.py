"""Watches of mailboxes: good for seven days, pushed through Pub/Sub, silent once the grant is dead."""

import re

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.mailbox import Change
from mailwarden_sandbox.google import errors, mime
from mailwarden_sandbox.google.pubsub import push_change
from mailwarden_sandbox.google.state import WATCH_S, GoogleState, Watch
from mailwarden_sandbox.responses import json_answer
from mailwarden_sandbox.world import World

_TOPIC = re.compile(r"projects/[\w.:-]+/topics/[A-Za-z][\w.~+%-]{2,254}", re.ASCII)
_EVENT_GAP_S = 1.0


def watch(call: Call) -> Response:
    try:
        asked = call.json()
        topic, labels = asked["topicName"], frozenset(map(str, asked.get("labelIds") or ()))
        behaviour = asked.get("labelFilterBehavior") or asked.get("labelFilterAction") or "include"
    except (ValueError, KeyError, TypeError, AttributeError):
        return errors.bad_request("topicName required")
    if not isinstance(topic, str) or not _TOPIC.fullmatch(topic):
        return errors.bad_request(f"Invalid topicName does not match projects/*/topics/*: {topic}")
    account, state = call.holder, call.world.part(GoogleState)
    expires = call.world.now() + WATCH_S
    held = Watch(account, call.client_id or "", topic, labels, str(behaviour).lower() == "exclude", expires)
    state.watches[held.client_id, account.external_id] = held
    _listen(call.world, account)
    push_change(call.world, held)  # one at once, so that the receiver can see that it works
    return json_answer({"historyId": str(account.mailbox.newest_change), "expiration": str(int(expires * 1000))})


def stop(call: Call) -> Response:
    call.world.part(GoogleState).watches.pop((call.client_id or "", call.holder.external_id), None)
    return Response(status_code=204)


def _listen(world: World, account: Account) -> None:
    """Every door's changes count, also those made over IMAP."""
    state = world.part(GoogleState)
    if account.external_id not in state.listening:
        state.listening.add(account.external_id)
        account.mailbox.watchers.append(lambda change: _changed(world, account, change))


def _changed(world: World, account: Account, change: Change) -> None:
    now = world.now()
    for held in list(world.part(GoogleState).watches.values()):
        if held.account is account and _concerns(world, held, change, now):
            held.last_push = now
            push_change(world, held)


def _concerns(world: World, held: Watch, change: Change, now: float) -> bool:
    """More than one event a second is dropped, not delayed."""
    if now >= held.expires_at or 0 <= now - held.last_push < _EVENT_GAP_S:
        return False
    grants = world.tokens.of_account(held.account)
    if not any(g.alive and g.client_id == held.client_id for g in grants):
        return False
    message = held.account.mailbox.get(change.key)
    labels = set(mime.labels(message)) if message else {mime.label_of(change.folder)}
    return not held.labels or (not labels & held.labels if held.exclude else bool(labels & held.labels))
