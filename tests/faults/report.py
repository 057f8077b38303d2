"""The matrix as a table and as JSON."""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from tests.faults.judge import Finding
from tests.support.database import ROOT

BENCH = ROOT / ".local" / "bench"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(found: list[Finding]) -> list[Finding]:
    """What is wrong, as soon as it is known: the whole takes more than an hour."""
    for one in found:
        if not one.ok:
            say(f"WRONG {one}")
    return found


def table(findings: Sequence[Finding]) -> str:
    """One line per fault and provider; the slowest case stands for its line."""
    lines: list[tuple[str, ...]] = [("fault", "provider", "n", "expected", "got", "slowest", "ok")]
    ordered = sorted(findings, key=lambda one: (one.provider, one.fault))
    for (provider, fault), group in groupby(ordered, key=lambda one: (one.provider, one.fault)):
        lines.append(_line(provider, fault, list(group)))
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines)


def _line(provider: str, fault: str, cases: list[Finding]) -> tuple[str, ...]:
    wrong = [case for case in cases if not case.ok]
    times = [case.seconds for case in cases if case.seconds is not None]
    got = wrong[0].got if wrong else cases[0].got
    slowest = f"{max(times):.0f} s" if times else "–"
    return fault, provider, str(len(cases)), cases[0].expected, got, slowest, "ok" if not wrong else "WRONG"


def confusion(findings: Sequence[Finding]) -> str:
    """Per provider: dead ones found with status and cause, living ones never called dead, and how long it took."""
    lines: list[tuple[str, ...]] = [
        ("provider", "dead: found as told", "too late or never", "alive: false inactive", "shown as told", "p50", "p99")
    ]
    ordered = sorted(findings, key=lambda one: one.provider)
    lines += [_judged(provider, list(group)) for provider, group in groupby(ordered, key=lambda one: one.provider)]
    lines.append(_judged("all", list(findings)))
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines)


def _judged(provider: str, found: list[Finding]) -> tuple[str, ...]:
    dead, alive = [one for one in found if one.hits is None], [one for one in found if one.hits is not None]
    told = [one for one in dead if one.got == one.expected]
    times = sorted(one.seconds for one in told if one.seconds is not None)
    return (
        provider,
        f"{len(told)}/{len(dead)}",
        f"{sum(not one.ok for one in dead)}/{len(dead)}",
        f"{sum(one.false_inactive for one in alive)}/{len(alive)}",
        f"{sum(one.ok for one in alive)}/{len(alive)}",
        _percentile(times, 0.5),
        _percentile(times, 0.99),
    )


def _percentile(times: list[float], share: float) -> str:
    """Nearest rank; seconds from the provider's first refusal to the verdict."""
    return f"{times[max(0, math.ceil(share * len(times)) - 1)]:.0f} s" if times else "–"


def false_inactive(findings: Iterable[Finding]) -> str:
    """x/N with the 95 % bound of the rule of three."""
    soft = [one for one in findings if one.hits is not None]
    wrong, hits = sum(one.false_inactive for one in soft), sum(one.hits or 0 for one in soft)
    bound = f"{3 / len(soft):.2%}" if soft and not wrong else "–"
    lost = sum(one.lost for one in soft)
    apart = f"; {lost} lost with the worker that asked, counted apart" if lost else ""
    return f"wrongly inactive: {wrong}/{len(soft)} struck connections ({hits} calls hit); 95 % bound {bound}{apart}"


def write(name: str, content: object) -> Path:
    BENCH.mkdir(parents=True, exist_ok=True)
    path = BENCH / f"{name}.json"
    path.write_text(json.dumps(content, indent=2, default=str) + "\n")
    return path
