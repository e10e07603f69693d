"""Where a request came from."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """Return the address that a request came from: behind a proxy, the one that the proxy saw. None where it has none."""
    given = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Forwarded-For", "")):
        given = forwarded.rpartition(",")[2]  # The last one is what our own proxy saw.
    try:
        address = ip_address(given.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def house_of(request: HttpRequest) -> str:
    """Return who is counted together: an IPv4 address, an IPv6 network of which each house has billions of addresses."""
    address = address_of(request)
    if address is None:
        return "nowhere"
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))
