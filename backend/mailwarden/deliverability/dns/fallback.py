"""dnspython, for the few questions that c-ares cannot ask."""

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from mailwarden.deliverability.dns.answers import Answer, Reason, State, unknown
from mailwarden.deliverability.dns.records import of_dnspython
from mailwarden.deliverability.dns.servers import address_port

REASONS = {
    dns.rcode.REFUSED: Reason.REFUSED,
    dns.rcode.NOTIMP: Reason.NOT_IMPLEMENTED,
    dns.rcode.FORMERR: Reason.MALFORMED,
}


class Fallback:
    def __init__(self, nameservers: tuple[str, ...], lifetime_s: float) -> None:
        self._nameservers = nameservers
        self._lifetime_s = lifetime_s
        self._made: dns.asyncresolver.Resolver | None = None

    async def ask(self, name: str, type: str) -> Answer:
        """``name`` has been checked; what stands in its labels is taken as it is, a backslash, too."""
        question = dns.name.Name([label.encode() for label in name.split(".")] + [b""])
        try:
            found = await self._resolver().resolve(
                question, dns.rdatatype.from_text(type), search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return Answer(name, type, State.NXDOMAIN)
        except (dns.exception.DNSException, OSError) as exc:
            return unknown(name, type, _reason(exc))
        if found.response.flags & dns.flags.TC:  # even over TCP
            return unknown(name, type, Reason.TRUNCATED)
        return of_dnspython(name, type, found)

    def _resolver(self) -> dns.asyncresolver.Resolver:
        """Raises NoResolverConfiguration where the system has none."""
        if self._made is None:
            made = dns.asyncresolver.Resolver(configure=not self._nameservers)
            pairs = [address_port(one) for one in self._nameservers]
            if pairs:
                made.nameservers = [address for address, _ in pairs]
                made.nameserver_ports = dict(pairs)
            made.lifetime = self._lifetime_s
            self._made = made
        return self._made


def _reason(exc: Exception) -> Reason:
    if isinstance(exc, dns.exception.Timeout):
        return Reason.TIMEOUT
    if isinstance(exc, dns.resolver.NoNameservers):
        replies = [one[4] for one in exc.kwargs.get("errors", ()) if len(one) > 4 and one[4] is not None]
        return REASONS.get(replies[-1].rcode(), Reason.SERVFAIL) if replies else Reason.UNREACHABLE
    return Reason.UNREACHABLE if isinstance(exc, OSError) else Reason.OTHER
