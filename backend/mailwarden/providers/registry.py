"""Which adapter speaks for which catalogue entry."""

from collections.abc import Mapping
from types import MappingProxyType

from mailwarden.providers.capabilities import Provider
from mailwarden.providers.google import Google
from mailwarden.providers.hubspot import HubSpot
from mailwarden.providers.keap import Keap
from mailwarden.providers.klaviyo import Klaviyo
from mailwarden.providers.microsoft import Microsoft

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {"google": Google(), "hubspot": HubSpot(), "keap": Keap(), "klaviyo": Klaviyo(), "microsoft": Microsoft()}
)
