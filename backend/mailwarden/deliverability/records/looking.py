"""One look at the DNS, as every check begins: what is there, what is not, or why nobody can tell."""

import asyncio
from collections.abc import Iterable

from mailwarden.deliverability.dns.answers import Answer, Resolver
from mailwarden.deliverability.records.verdict import Check, Result, Verdict

_REASONS = {
    "timeout": "did not answer in time",
    "servfail": "answered with a failure (SERVFAIL)",
    "refused": "refused to answer",
    "unreachable": "could not be reached",
    "malformed": "gave an answer that cannot be read",
    "not_implemented": "does not know this type of question",
    "bad_name": "cannot be asked for this name",
    "contradictory": "contradicts itself",
}


async def ask_all(resolver: Resolver, names: Iterable[str], type: str) -> list[Answer]:
    return await asyncio.gather(*(resolver.ask(name, type) for name in names))


def texts(answer: Answer) -> tuple[str, ...]:
    return tuple(one.text for one in answer.texts)


def why_unknown(answer: Answer) -> str:
    reason = _REASONS.get(answer.reason or "", "gave no usable answer")
    return f"The DNS {reason} for {answer.name} ({answer.type}). This says nothing about the record; we ask again."


def cannot_tell(check: Check, answer: Answer, part: str = "") -> Result:
    facts = {"reason": str(answer.reason) if answer.reason else None}
    return Result(check, answer.name, Verdict.UNKNOWN, why_unknown(answer), part, aliases=answer.aliases, facts=facts)
