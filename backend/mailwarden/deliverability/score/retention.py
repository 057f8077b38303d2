from mailwarden.core.housekeeping import Kept
from mailwarden.deliverability.score.models import ScoreSnapshot

KEPT = [Kept(ScoreSnapshot.created_at, "score_snapshots_days")]
