"""The check of a domain's SPF record: four-valued, with every fault's place and the record to publish."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from mailwarden.deliverability.dns.answers import Answer, Resolver, State, unknown
from mailwarden.deliverability.dns.answers import Reason as DnsReason
from mailwarden.deliverability.records.looking import cannot_tell, why_unknown
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Severity, Verdict, judged, worst
from mailwarden.deliverability.spf.client import Client
from mailwarden.deliverability.spf.evaluate import check_host
from mailwarden.deliverability.spf.facts import LONGEST_SHOWN, PERMANENT, Asked, facts_of
from mailwarden.deliverability.spf.outcome import SpfResult
from mailwarden.deliverability.spf.repair import better, clean, first_record, is_near, is_sound, merged, of_address
from mailwarden.deliverability.spf.tree import Branch, BranchState, grow
from mailwarden.deliverability.spf.words import HALF, broken_branches, of_problem, of_tree, share

MOST_FINDINGS = 30
AT_RISK = {"spf.lookups_over": "spf.lookups_at_risk", "spf.void_over": "spf.void_at_risk"}
ERRORS = {SpfResult.PERMERROR, SpfResult.TEMPERROR}


async def check_spf(
    resolver: Resolver, domain: str, *, senders: Sequence[str] = (), includes: Sequence[str] = ()
) -> Result:
    """``senders``: addresses that mail is known to leave from. ``includes``: of the services known to send it.

    Give an Asking: many questions are asked more than once. Raises ValueError for a sender that is no address.
    """
    clients = [Client(ip, f"postmaster@{domain}", domain) for ip in senders]
    root, evaluations = await asyncio.gather(
        grow(resolver, domain), asyncio.gather(*(check_host(resolver, one) for one in clients))
    )
    asked = [Asked(ip, one) for ip, one in zip(senders, evaluations, strict=True)]
    if root.answer is None:
        return cannot_tell(Check.SPF, unknown(domain, "TXT", DnsReason.BAD_NAME))
    if root.state is BranchState.READ:
        return _read(root, root.answer, asked)
    if root.state is BranchState.UNKNOWN:
        return cannot_tell(Check.SPF, root.answer)
    if root.state is BranchState.NONE:
        return await _none(resolver, root.answer, domain, senders, includes)
    return _unreadable(root, root.answer, asked)


def _read(root: Branch, answer: Answer, asked: Sequence[Asked]) -> Result:
    findings = (*_weighed(of_tree(root), asked), *_senders(asked))
    if not PERMANENT.intersection(one.code for one in findings):
        findings = (*findings, *_errors(asked))
    unheard = [one for one in root.walk() if one.state is BranchState.UNKNOWN]
    verdict = judged(findings)
    if verdict is Verdict.VALID and unheard and unheard[0].answer is not None:
        text = f"{unheard[0].domain}, which the record leads to: {why_unknown(unheard[0].answer)}"
        return replace(_result(answer, Verdict.UNKNOWN, text, findings), facts=facts_of(root, findings, asked))
    first = worst(findings)
    serious = verdict is Verdict.FAULT and first is not None
    summary = first.text if serious and first else f"Valid; {root.cost} of 10 DNS lookups"
    result = _result(answer, verdict, summary, findings, _better(root, asked))
    return replace(result, facts=facts_of(root, findings, asked))


def _weighed(findings: Sequence[Finding], asked: Sequence[Asked]) -> list[Finding]:
    """A record that passes a limit only for clients that we do not send from is at risk, not broken."""
    if not asked or any(one.evaluation.result in ERRORS for one in asked):
        return list(findings)
    return [
        Finding(AT_RISK[one.code], Severity.MEDIUM, f"{one.text} Your own senders are found before that.")
        if one.code in AT_RISK
        else one
        for one in findings
    ]


def _senders(asked: Sequence[Asked]) -> list[Finding]:
    """Those whose answer is definite; an error of the record is said by itself."""
    return [
        Finding(
            "spf.sender_missing",
            Severity.HIGH,
            f"Mail leaves from {one.ip}, but SPF does not allow it ({one.evaluation.result}).",
        )
        for one in asked
        if one.evaluation.result not in (SpfResult.PASS, *ERRORS)
    ]


def _errors(asked: Sequence[Asked]) -> list[Finding]:
    """That only macros or the addresses of a client bring about."""
    return [
        Finding(
            "spf.sender_error", Severity.CRITICAL, f"For mail from {one.ip} SPF ends in an error: {one.evaluation.why}."
        )
        for one in asked
        if one.evaluation.result is SpfResult.PERMERROR
    ]


def _better(root: Branch, asked: Sequence[Asked]) -> str | None:
    """None where nothing about the record itself needs to change."""
    if root.record is None:
        return None
    opened = {one.source for one in root.record.live if one.qualifier == "+" and share(one) >= HALF}
    broken = set(broken_branches(root))
    direct = {one.via.source for one in root.children if one.via and one in broken}
    dead = {one.term.source for one in root.targets if one.is_dead}
    lacking = [of_address(one.ip) for one in asked if one.evaluation.result not in (SpfResult.PASS, *ERRORS)]
    proposed = better(root.record, without=opened | direct | dead, plus=lacking, mildly=bool(direct))
    same = proposed.lower().split() == root.record.text.lower().split()
    return None if same or not is_sound(proposed) else proposed


def _unreadable(root: Branch, answer: Answer, asked: Sequence[Asked]) -> Result:
    raw = [one.raw.decode("utf-8", "replace") for one in answer.texts if one.text in root.texts]
    lost: tuple[str, ...] = ()
    findings: tuple[Finding, ...]
    if root.state is BranchState.SEVERAL:
        text = f"{len(raw)} SPF records; receivers must treat that as an error. Merge them into one."
        findings, proposed = (Finding("spf.multiple", Severity.CRITICAL, text),), merged(raw)
    else:
        findings = _problems(root)
        proposed, lost = clean(raw[0])
    if lost:
        text = f"The proposed record leaves out what cannot be read: {' '.join(lost)}"
        findings = (*findings, Finding("spf.left_out", Severity.INFO, text))
    result = _result(answer, Verdict.FAULT, findings[0].text, findings, proposed)
    return replace(result, facts=facts_of(root, findings, asked))


def _problems(root: Branch) -> tuple[Finding, ...]:
    if root.record is None:
        at = next(at for at, byte in enumerate(_bytes(root)) if byte > 127)
        text = f"Position {at + 1}: characters outside ASCII, such as curly quotes or long dashes, void the record."
        return (Finding("spf.syntax", Severity.CRITICAL, text),)
    return tuple(of_problem(one) for one in root.record.problems)


def _bytes(root: Branch) -> bytes:
    return next(one.raw for one in root.answer.texts if one.text in root.texts) if root.answer else b""


async def _none(
    resolver: Resolver, answer: Answer, domain: str, senders: Sequence[str], includes: Sequence[str]
) -> Result:
    near = [one.raw.decode("utf-8", "replace") for one in answer.texts if is_near(one.text)]
    facts = {"level": "none"}
    if near:
        text = f"“{near[0][:80]}” is not taken for an SPF record: it must begin with “v=spf1” and a space."
        finding = Finding("spf.not_recognized", Severity.CRITICAL, text)
        return replace(_result(answer, Verdict.FAULT, text, (finding,), clean(near[0])[0]), facts=facts)
    mx, address = await asyncio.gather(resolver.ask(answer.name, "MX"), resolver.ask(answer.name, "A"))
    if answer.state is State.NXDOMAIN and (mx.found or address.found):
        return cannot_tell(Check.SPF, unknown(domain, "TXT", DnsReason.CONTRADICTORY))
    proposed = first_record(includes, senders, receives=any(one.host for one in mx.exchanges))
    text = f"{domain} publishes no SPF record."
    finding = Finding("spf.missing", Severity.HIGH, text)
    return replace(_result(answer, Verdict.ABSENT, text, (finding,), proposed), facts=facts)


def _in_bounds(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """A record may hold 64 kB of nonsense; nobody reads that much about it."""
    return tuple(replace(one, text=_short(one.text, 600)) for one in findings[:MOST_FINDINGS])


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _result(
    answer: Answer, verdict: Verdict, summary: str, findings: Sequence[Finding], proposed: str | None = None
) -> Result:
    summary = _short(summary, 600)
    instead = verdict is not Verdict.ABSENT
    publish = (Publish(answer.name, "TXT", proposed, instead),) if proposed is not None else ()
    records = tuple(_short(one.text, LONGEST_SHOWN) for one in answer.texts if "spf" in one.text[:12].lower())
    return Result(Check.SPF, answer.name, verdict, summary, "", _in_bounds(findings), records, answer.aliases, publish)
