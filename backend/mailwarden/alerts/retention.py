from mailwarden.alerts.models import Alert
from mailwarden.alerts.rule_models import AlertDigest, AlertWatch
from mailwarden.core.housekeeping import Kept

KEPT = [  # mails and posts go with their alert or digest
    Kept(Alert.created_at, "alerts_days"),
    Kept(AlertDigest.created_at, "alerts_days"),
    Kept(AlertWatch.calm_since, "alerts_days"),
]
