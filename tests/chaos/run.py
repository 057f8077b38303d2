"""One storm from start to judgement, as test and bench use it."""

from collections.abc import Mapping, Sequence

from tests.chaos.oracle import Judgement, judge
from tests.chaos.storm import Plan, Storm
from tests.support.stack import running_system

TIMING = {"realtime_every_s": 4, "probe_every_s": 60, "refresh_deadline_s": 5, "refresh_lease_s": 12}

CONTROLS: Mapping[str, tuple[Plan, Sequence[str]]] = {
    "wake-ups are sent once, as if jobs lived in Redis": (
        Plan(0, seconds=15, each=3, events=("flush Redis",), pause_s=(0.2, 0.6), patience_s=40),
        ("tests.chaos.redis_only_worker",),
    ),
    "token answers are neither journaled nor stored again": (
        Plan(
            0,
            seconds=20,
            each=10,
            groups=("klaviyo strict",),
            events=("crash PostgreSQL",),
            answer_ms=400,
            pause_s=(0.3, 0.9),
            patience_s=5,
        ),
        ("tests.chaos.careless_worker",),
    ),
}


def run(plan: Plan, *, worker: Sequence[str] = ("mailwarden", "worker")) -> tuple[Storm, Judgement]:
    with running_system("chaos", workers=2, seed=plan.seed, quotas=False, worker=worker, timing=TIMING) as system:
        storm = Storm(system, plan)
        storm.set_up()
        storm.rage()
        return storm, judge(storm)
