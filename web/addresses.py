"""Addresses of machines: which of them only this machine can reach, and which are counted as one."""

from ipaddress import IPv6Address, ip_address, ip_network

_ONE_HOUSE = 64  # Every house with IPv6 has at least this network to itself, and so any number of addresses in it.


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address or name.

    >>> [is_loopback(host) for host in ("127.0.0.1", "[::1]", "localhost", "0.0.0.0", "example.cn")]
    [True, True, True, False, False]
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def counted_address(address: str) -> str:
    """Return the address for which failed log-ins are counted: of IPv6, the network of one house.

    >>> counted_address("10.1.2.3"), counted_address("2001:db8:1:2:3:4:5:6"), counted_address("::ffff:10.1.2.3")
    ('10.1.2.3', '2001:db8:1:2::/64', '10.1.2.3')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found.packed, _ONE_HOUSE), strict=False))
    return str(found)


def name_of_host(host: str) -> str:
    """Return the name or address in a Host header, without its port.

    >>> name_of_host("127.0.0.1:8000"), name_of_host("[::1]:8000"), name_of_host("example.cn")
    ('127.0.0.1', '[::1]', 'example.cn')
    """
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
