from mailwarden.core.housekeeping import Kept
from mailwarden.deliverability.domains.models import DomainCheck

KEPT = [Kept(DomainCheck.at, "domain_checks_days")]
