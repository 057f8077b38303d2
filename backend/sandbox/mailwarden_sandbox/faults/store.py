"""The faults that are on, and which of them strike a call."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.faults.kinds import KINDS, FaultKind


@dataclass(slots=True)
class Fault:
    id: int
    provider: str
    account: str | None
    """External id; None: every account of the provider, and calls that belong to none."""
    kind: str
    params: dict[str, Any]
    since: float
    rng: random.Random
    remaining: int | None = None
    strikes: int = 0
    undo: list[Callable[[], None]] = field(default_factory=list)

    @property
    def spec(self) -> FaultKind:
        return KINDS[self.kind]

    def number(self, name: str, default: float) -> float:
        value = self.params.get(name)
        return default if value is None else float(value)

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id, "provider": self.provider, "account": self.account, "kind": self.kind, **self.params,
            "definite": self.spec.definite, "remaining": self.remaining, "strikes": self.strikes,
        }  # fmt: skip


@dataclass(slots=True)
class FaultStore:
    seed: int
    faults: list[Fault] = field(default_factory=list)
    _last_id: int = 0

    def add(self, provider: str, account: Account | None, kind: str, params: dict[str, Any], now: float) -> Fault:
        self._last_id += 1
        rng = random.Random(f"{self.seed}:{self._last_id}:{kind}")  # noqa: S311 - repeatable on purpose
        external_id = account.external_id if account else None
        fault = Fault(self._last_id, provider, external_id, kind, params, now, rng, params.get("count"))
        self.faults.append(fault)
        return fault

    def listed(self, provider: str, account: str | None) -> list[Fault]:
        return [f for f in self.faults if f.provider == provider and f.account == account]

    def lift(self, fault: Fault) -> None:
        """End a fault and what it did; a grant it killed lives again, which no real provider offers."""
        self.faults.remove(fault)
        for undo in reversed(fault.undo):
            undo()

    def striking(self, provider: str, account: Account | None, area: str, path: str, now: float) -> list[Fault]:
        """The wire faults that strike this call, each counted. Consent pages are spared unless named."""
        if not self.faults:
            return []
        return [f for f in list(self.faults) if self._strikes(f, provider, account, area, path, now)]

    def _strikes(self, fault: Fault, provider: str, account: Account | None, area: str, path: str, now: float) -> bool:
        if fault.spec.definite or fault.provider != provider or not _aimed_at(fault, account, area, path):
            return False
        if now > fault.since + fault.number("for_s", float("inf")) or fault.remaining == 0:
            self.faults.remove(fault)
            return False
        return fault.rng.random() < fault.number("rate", 1.0)

    def count(self, fault: Fault) -> None:
        fault.strikes += 1
        if fault.remaining is not None:
            fault.remaining -= 1
            if fault.remaining == 0 and fault in self.faults:
                self.faults.remove(fault)


def _aimed_at(fault: Fault, account: Account | None, area: str, path: str) -> bool:
    if fault.account is not None and (account is None or account.external_id != fault.account):
        return False
    wanted = fault.params.get("scope") or fault.spec.area or "all"
    in_area = area == wanted or (wanted == "all" and area not in ("consent", "hook"))
    return in_area and fnmatchcase(path, fault.params.get("path") or "*")
