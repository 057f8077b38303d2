"""Every operation of the description, with generated requests: what comes back must be what the description says."""

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup

from tests.api_fuzz.asking import Operation, name_of, operations, strategies
from tests.api_fuzz.ground import Actor, Ground

CREDENTIALS = ("browser", "key", "nobody")
TIMEOUT_S = 30
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
PURE = settings(database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@dataclass
class Played:
    """``cases``: by operation and credential; ``failures``: the first of each operation and kind."""

    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Player:
    """``examples``: of each operation, for each credential and each of positive and negative data."""

    ground: Ground
    examples: int
    number: int
    played: Played = field(default_factory=Played)
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        load_all_checks()
        self.checks: list[Any] = [check for check in CHECKS.get_all() if getattr(check, "__name__", "") in CHECKED]
        self.http.trust_env = False

    def play(self, only: str = "") -> Played:
        """Reading shares one organization; what writes has its own."""
        reader = self.ground.new_actor()
        for operation in operations(self.ground.schema):
            if any(one in name_of(operation) for one in only.split(",")):
                for who in CREDENTIALS:
                    began = time.monotonic()
                    self._operation(operation, who, reader if operation.method == "get" else self.ground.new_actor())
                    self.played.seconds[name_of(operation)] += time.monotonic() - began  # type: ignore[assignment]
        return self.played

    def _operation(self, operation: Operation, who: str, actor: Actor) -> None:
        closed = who == "nobody" and "x-permission" in operation.definition.raw
        for strategy in strategies(operation, actor):

            @seed(self.number)
            @settings(PURE, max_examples=1 if closed else self.examples)
            @given(case=strategy)
            def one(case: Case[Any]) -> None:
                self._ask(case, name_of(operation), who, actor)

            with suppress(Unsatisfiable):  # nothing about the request can be wrong
                one()

    def _ask(self, case: Case[Any], name: str, who: str, actor: Actor) -> None:
        self.played.cases[name, who] += 1
        headers = actor.headers(who)
        self.http.cookies.clear()  # of somebody who was just signed in
        try:
            answer = case.call(self.ground.url, self.http, headers, timeout=TIMEOUT_S, allow_redirects=False)
            self.played.answers[name, answer.status_code] += 1
            case.validate_response(answer, checks=self.checks)
        except FailureGroup as group:
            for failure in group.exceptions:
                self._note(name, failure, case, who)
        except requests.RequestException as exc:
            self._note(name, exc, case, who)

    def _note(self, name: str, failure: Exception, case: Case[Any], who: str) -> None:
        kind = failure.title if isinstance(failure, Failure) else type(failure).__name__
        told = f"{who}: {case.as_curl_command()}\n{failure}"
        self.played.failures.setdefault((name, f"{kind} {getattr(failure, 'status_code', '')}"), told)
