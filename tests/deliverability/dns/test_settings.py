import pytest
from pydantic import ValidationError

from mailwarden.deliverability.dns.servers import address_port
from mailwarden.settings import DnsSettings


def test_several_servers_with_and_without_ports():
    written = "192.0.2.1, 192.0.2.1:5353,2001:db8::1,[2001:db8::1]:5353"
    servers = DnsSettings.model_validate({"nameservers": written}).nameservers
    assert [address_port(one) for one in servers] == [
        ("192.0.2.1", 53),
        ("192.0.2.1", 5353),
        ("2001:db8::1", 53),
        ("2001:db8::1", 5353),
    ]


@pytest.mark.parametrize(
    "wrong", ["dns.example", "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:0", "192.0.2.1:70000", "[::1"]
)
def test_what_is_no_address_is_refused_at_the_start(wrong):
    with pytest.raises(ValidationError):
        DnsSettings.model_validate({"nameservers": wrong})
