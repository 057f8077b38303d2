"""What the striking faults, taken together, do to one call."""

from dataclasses import dataclass

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.losses import LOSSES
from mailwarden_sandbox.faults.store import Fault, FaultStore


@dataclass(slots=True)
class Plan:
    before_ms: float = 0.0
    after_ms: float = 0.0
    stop: Fault | None = None
    """Replaces the answer; by default the call is then not processed at all."""
    lose_answer: Fault | None = None
    quota: int | None = None
    skew_s: float = 0.0
    names: tuple[str, ...] = ()

    @property
    def stops_before(self) -> bool:
        return self.stop is not None and not self.stop.params.get("processed")


def is_refresh(call: Call) -> bool:
    return (call.form.get("grant_type") or call.one("grant_type")) == "refresh_token"


def plan_for(store: FaultStore, call: Call) -> Plan:
    plan = Plan()
    for fault in store.striking(call.provider, call.account, call.area, call.path, call.world.now()):
        if _enter(plan, fault, call):
            plan.names += (fault.kind,)
            if fault.kind != "lost_refresh_response":  # counted when an answer was really lost
                store.count(fault)
    return plan


def _enter(plan: Plan, fault: Fault, call: Call) -> bool:
    """Whether the fault has a part in this call. The first fault that replaces the answer wins."""
    if fault.kind in ("random_invalid_grant", "lost_refresh_response") and not is_refresh(call):
        return False
    if fault.kind == "slow":
        late = fault.params.get("when", "after") == "after"
        plan.before_ms, plan.after_ms = (
            plan.before_ms + (0 if late else fault.number("ms", 0)),
            plan.after_ms + (fault.number("ms", 0) if late else 0),
        )
    elif fault.kind == "lost_refresh_response":
        plan.lose_answer = fault
    elif fault.kind == "quota":
        plan.quota = int(fault.params["limit"])
    elif fault.kind == "clock_skew":
        plan.skew_s += fault.number("s", 0)
    elif fault.kind in LOSSES:
        call.losses[fault.kind] = fault.number("share", 0)
    elif plan.stop is None:
        plan.stop = fault
    else:
        return False
    return True
