"""The worker as it is, but for leases of a few seconds: what a killed one held is soon taken over."""

import json
import os
from dataclasses import replace

from mailwarden import work, worker
from mailwarden.core.jobs import JobKinds
from tests.reliability.workers.chores import BROKEN

LEASE_S = 4.0
KINDS = work.job_kinds


def short_leases() -> JobKinds:
    return JobKinds().add(*(replace(kind, lease_s=LEASE_S) for kind in KINDS().by_name.values()))


if __name__ == "__main__":
    vars(worker)["job_kinds"] = short_leases
    for name in json.loads(os.environ.get("CHORES_BROKEN", "[]")):
        BROKEN[name]()
    worker.main()
