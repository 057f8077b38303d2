"""How long the sync log and its journal are kept. The journal's bodies go earlier: see journal.prune_journal."""

from mailwarden.core.housekeeping import Kept
from mailwarden.sync.models import JournalEntry, SyncRun

KEPT = [
    Kept(JournalEntry.at, "sync_journal_days"),
    Kept(SyncRun.finished_at, "sync_runs_days"),
]
