"""What a domain says to those it lets fail (RFC 7208, section 6.2)."""

from collections.abc import Awaitable, Callable, Mapping

from mailwarden.deliverability.dns.answers import Resolver
from mailwarden.deliverability.spf.grammar import BadSyntax, Spec, macro_string
from mailwarden.deliverability.spf.macros import expand, expand_name

Values = Callable[[Spec], Awaitable[Mapping[str, str]]]


async def explanation(resolver: Resolver, exp: Spec, values: Values) -> str | None:
    """None where it cannot be had, for whatever reason: that changes nothing about the fail."""
    answer = await resolver.ask(expand_name(exp, await values(exp)), "TXT")
    if len(answer.texts) != 1 or not answer.texts[0].is_ascii:
        return None
    try:
        text = macro_string(answer.texts[0].text, spaces=True)
    except BadSyntax:
        return None
    return expand(text, await values(text))
