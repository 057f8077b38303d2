"""How long comparisons with the providers are kept. Campaigns, observations and their roll-up stay."""

from mailwarden.core.housekeeping import Kept
from mailwarden.metrics.reconciliation.models import Reconciliation

KEPT = [Kept(Reconciliation.finished_at, "reconciliations_days")]
