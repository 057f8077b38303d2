"""What the faults of an account do to one command. Its path is ``/imap/SELECT``, ``/smtp/RCPT/somebody@there.test``."""

import asyncio
from dataclasses import dataclass

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.area import Area
from mailwarden_sandbox.faults.store import Fault
from mailwarden_sandbox.mail.line import Hangup, Line
from mailwarden_sandbox.mail.log import note
from mailwarden_sandbox.world import World

NOISE = b"\x00\xff\x16\x03garbled\xfe\r\n"
HOLD_S = 120.0
WORDLESS = ("slow", "timeout", "reset", "garbled")  # no answer of a session's follows that could be logged


@dataclass(frozen=True, slots=True)
class Struck:
    """An answer that replaces the real one; ``{tag}`` stands for the tag of an IMAP command."""

    text: str
    close: bool
    names: str


async def strike(world: World, line: Line, account: Account | None, path: str, refusal: str) -> Struck | None:
    """``refusal`` is what this protocol says for a server in trouble. Raises Hangup."""
    provider = account.provider if account else "imap"
    for fault in world.faults.striking(provider, account, Area.API, path, world.now()):
        world.faults.count(fault)
        if fault.kind in WORDLESS:
            note(world, account, path, None, fault=fault.kind)
        if answer := await _act(fault, line, refusal):
            return answer
    return None


async def _act(fault: Fault, line: Line, refusal: str) -> Struck | None:
    if fault.kind == "slow":
        await asyncio.sleep(fault.number("ms", 0) / 1000)
    elif fault.kind == "timeout":
        await asyncio.sleep(fault.number("hold_s", HOLD_S))
        raise Hangup
    elif fault.kind == "reset":
        line.abort()
        raise Hangup
    elif fault.kind == "garbled":
        await line.send(NOISE)
        raise Hangup
    elif fault.kind == "bad_literal":
        return Struck("* 1 FETCH (UID 1 BODY[] {999999999999}", True, fault.kind)
    elif fault.kind == "reply":
        return Struck(str(fault.params["text"]), bool(fault.params.get("close")), fault.kind)
    elif fault.kind in ("status", "bye"):
        return Struck(refusal, True, fault.kind)
    return None
