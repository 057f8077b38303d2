"""How soon a customer's endpoint has an event after it was recorded: API, dispatch, pump and HTTP together.

Members change settings at a steady pace; the endpoint answers after a while, as real ones do.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime

from tests.fakes.receiver import Reply, running_receiver
from tests.reliability.outage_rows import Customer, make_customer
from tests.support.database import ROOT
from tests.support.stack import System, running_system, wait_for

RESULTS = ROOT / ".local" / "bench"
P95_S = 5.0
ANSWER_S = 0.05


@dataclass(frozen=True)
class Measure:
    events: int
    per_s: float
    lost: int
    p50_s: float
    p95_s: float
    worst_s: float

    @property
    def ok(self) -> bool:
        return self.lost == 0 and self.p95_s <= P95_S


def measure(events: int, rate: float) -> Measure:
    with running_receiver() as receiver, running_system("deliveries", workers=2) as system:
        receiver.reply = lambda _: Reply(204, after_s=ANSWER_S)
        customer = make_customer(system, receiver)
        began = time.monotonic()
        _cause(system, customer, events, rate)
        took = time.monotonic() - began
        customer.follow(system)
        wanted = {one["id"]: datetime.fromisoformat(one["created_at"]).timestamp() for one in customer.followed}
        wait_for(lambda: set(wanted) <= set(receiver.ids), "all deliveries", 60)
        waits = sorted(one.at - wanted[one.id] for one in receiver.got if one.id in wanted)
        lost = len(set(wanted) - set(receiver.ids))
        cuts = statistics.quantiles(waits, n=20)
        return Measure(len(wanted), round(len(wanted) / took, 1), lost, cuts[9], cuts[18], waits[-1])


def _cause(system: System, customer: Customer, events: int, rate: float) -> None:
    start = time.monotonic()
    for number in range(events):
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        customer.cause_events(system, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--rate", type=float, default=20)
    options = parser.parse_args()
    found = measure(options.events, options.rate)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "deliveries.json").write_text(json.dumps(asdict(found), indent=2))
    sys.stdout.write(
        f"{found.events} events at {found.per_s}/s: first attempt p50 {found.p50_s:.2f} s, p95 {found.p95_s:.2f} s"
        f" (aim {P95_S:g}), worst {found.worst_s:.2f} s, lost {found.lost}: {'ok' if found.ok else 'MISSED'}\n"
    )
    return 0 if found.ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
