from mailwarden.core.housekeeping import Kept
from mailwarden.organizations.models import Invitation

KEPT = [Kept(Invitation.created_at, "invitations_days")]
