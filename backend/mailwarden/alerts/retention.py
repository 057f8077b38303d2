from mailwarden.alerts.models import Alert
from mailwarden.core.housekeeping import Kept

KEPT = [Kept(Alert.created_at, "alerts_days")]  # its mails go with it
