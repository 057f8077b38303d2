"""One storm from start to judgement, as test and bench use it."""

from collections.abc import Sequence

from tests.chaos.oracle import Judgement, judge
from tests.chaos.storm import Plan, Storm
from tests.support.stack import running_system

TIMING = {"realtime_every_s": 4, "probe_every_s": 60, "refresh_deadline_s": 5, "refresh_lease_s": 12}


def run(plan: Plan, *, worker: Sequence[str] = ("mailwarden", "worker")) -> tuple[Storm, Judgement]:
    with running_system("chaos", workers=2, seed=plan.seed, quotas=False, worker=worker, timing=TIMING) as system:
        storm = Storm(system, plan)
        storm.set_up()
        storm.rage()
        return storm, judge(storm)
