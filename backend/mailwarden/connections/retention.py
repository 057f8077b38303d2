"""How long the records of this feature are kept; the open and the current are never among the old."""

from mailwarden.connections.grant_models import ForecastNotice, RetiredGrant
from mailwarden.connections.models import (
    CallOutcome,
    Episode,
    OAuthAttempt,
    Orphan,
    ReconnectReceipt,
    RefreshAttempt,
    Signal,
    Transition,
)
from mailwarden.core.housekeeping import Kept

KEPT = [
    Kept(Orphan.created_at, "orphan_tokens_days"),
    Kept(OAuthAttempt.created_at, "authorizations_days"),
    Kept(RefreshAttempt.at, "refresh_attempts_days"),
    Kept(Signal.at, "signals_days"),
    Kept(CallOutcome.at, "call_outcomes_days"),  # a living connection rewrites its row every few minutes
    Kept(Transition.at, "transitions_days"),
    Kept(Episode.ended_at, "episodes_days"),
    Kept(ReconnectReceipt.completed_at, "episodes_days"),
    Kept(ForecastNotice.created_at, "transitions_days"),
    Kept(RetiredGrant.settled_at, "transitions_days"),
]
