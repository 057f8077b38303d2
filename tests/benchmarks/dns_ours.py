"""One process of the measurement of DNS checks: the product's own check, or its questions with answers only counted."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiodns

from mailwarden.core.loop import run
from mailwarden.deliverability.dns.resolver import BUFFER_BYTES, AioDnsResolver, Options
from mailwarden.deliverability.domains.checking import Plan, look_through
from mailwarden.deliverability.domains.report import DomainReport, Known
from mailwarden.deliverability.records.verdict import Check, Verdict

AT_ONCE = 20
PARTS = len(Check) + 3  # each selector and the address stand for themselves, too
Question = tuple[str, str]


async def measured(ask: Sequence[Callable[[], Awaitable[Any]]]) -> tuple[dict[str, float], list[Any]]:
    """Each process by itself has few places, as a worker has."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(asked: Callable[[], Awaitable[Any]]) -> Any:
        async with places:
            return await asked()

    wall, spent = time.perf_counter(), time.process_time()
    found = await asyncio.gather(*map(one, ask))
    cost = {"seconds": time.perf_counter() - wall, "cpu_s": time.process_time() - spent}
    return cost, found


async def check(server: str, plans: Sequence[Plan]) -> dict[str, Any]:
    resolver = AioDnsResolver(Options((server,)))

    def looking(plan: Plan) -> Callable[[], Awaitable[DomainReport]]:
        return lambda: look_through(resolver, plan, None)

    cost, reports = await measured([looking(plan) for plan in plans])
    await resolver.close()
    questions = [[(answer.name, answer.type) for answer in report.answers] for report in reports]
    return {**cost, "checked": len(reports), "wrong": wrong_of(reports), "questions": questions}


def wrong_of(reports: Sequence[DomainReport]) -> list[str]:
    """What is not as it was published. An empty list proves that everything was found and understood."""
    said = [
        f"{report.domain} {one.check} {one.part}: {one.verdict}, {one.summary}"
        for report in reports
        for one in report.results
        if one.verdict is not Verdict.VALID
    ]
    short = [f"{one.domain}: {len(one.results)} results" for one in reports if len(one.results) != PARTS]
    spf = [report.domain for report in reports if not _is_five(report)]
    return said + short + [f"{domain}: SPF is not of five lookups with its sender in it" for domain in spf]


def _is_five(report: DomainReport) -> bool:
    spf = report.of(Check.SPF)
    return spf is not None and spf.facts["lookups"] == 5 and spf.facts["senders"][0]["result"] == "pass"


async def count(server: str, asked: Sequence[Sequence[Question]]) -> dict[str, Any]:
    """Through aiodns as it comes, all of a domain at once, nothing looked at."""
    resolver = aiodns.DNSResolver(nameservers=[server], timeout=2, tries=2, socket_receive_buffer_size=BUFFER_BYTES)

    async def query(name: str, type: str) -> bool:
        try:
            await resolver.query_dns(name, type)
        except aiodns.error.DNSError as exc:
            return exc.args[0] in (aiodns.error.ARES_ENOTFOUND, aiodns.error.ARES_ENODATA)
        return True

    def asking(questions: Sequence[Question]) -> Callable[[], Awaitable[list[bool]]]:
        return lambda: asyncio.gather(*(query(name, type) for name, type in questions))

    cost, found = await measured([asking(questions) for questions in asked])
    await resolver.close()
    lost = sum(not one for answers in found for one in answers)
    return {**cost, "checked": len(found), "wrong": [f"{lost} questions without an answer"] * bool(lost)}


def main() -> None:
    given = json.load(sys.stdin)
    if given["mode"] == "count":
        told = run(count(given["server"], given["questions"]))
    else:
        selectors, discover = given["selectors"], given["discover"]
        plans = [Plan(name, selectors, [ip], Known(), discover) for name, ip in given["senders"]]
        told = run(check(given["server"], plans))
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
