"""Where the server connects to when a customer says where: never into a network that is not public.

One guard for whatever is sent out. It judges the addresses that a name stands for at the moment of
the connection, and the connection goes to the very address that was judged: a name that stands for
another one a moment later gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, NamedTuple, cast

import httpcore
import httpx

from .resolving import Names, Resolve

logger = logging.getLogger("antonnia.events")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = {"http": 80, "https": 443}
# Below it are the services of a system, and none of them is a receiver but those of PORTS.
FIRST_FREE_PORT = 1024
LAST_PORT = 65_535
# How long, and for how many at a time, a name is looked up before anything is sent there.
CHECK_SECONDS = 5.0
MAX_CHECKS = 16
MAX_URL_CHARACTERS = 2048

# Written out: the `is_global` of the standard library lets several of these pass.
_REFUSED = {
    "0.0.0.0/8": "this host",
    "10.0.0.0/8": "a private network",
    "100.64.0.0/10": "the network of a carrier",
    "127.0.0.0/8": "this machine",
    "168.63.129.16/32": "the services of a cloud",
    "169.254.0.0/16": "the local link, or the metadata of a cloud",
    "172.16.0.0/12": "a private network",
    "192.0.0.0/24": "reserved for protocols",
    "192.0.2.0/24": "for documentation",
    "192.31.196.0/24": "reserved for protocols",
    "192.52.193.0/24": "reserved for protocols",
    "192.88.99.0/24": "a relay into IPv6",
    "192.168.0.0/16": "a private network",
    "192.175.48.0/24": "reserved for protocols",
    "198.18.0.0/15": "for benchmarks",
    "198.51.100.0/24": "for documentation",
    "203.0.113.0/24": "for documentation",
    "224.0.0.0/4": "a multicast group",
    "240.0.0.0/4": "reserved",
    # All that is not global unicast: loopback, unspecified, mapped and translated IPv4, unique
    # local, link-local, site-local, multicast.
    "::/3": "this machine, or IPv4 in other words",
    "4000::/2": "reserved",
    "8000::/1": "a private network, the local link or a multicast group",
    # Of what is global unicast:
    "2001::/23": "reserved for protocols, such as Teredo",
    "2001:db8::/32": "for documentation",
    "2002::/16": "IPv4 in other words",
    "3fff::/20": "for documentation",
    "5f00::/16": "reserved for segment routing",
}
REFUSED: dict[Network, str] = {ipaddress.ip_network(net): why for net, why in _REFUSED.items()}


class Refused(Exception):
    """Nothing is sent there; says why."""


class Place(NamedTuple):
    """What a URL says, as a request needs it."""

    scheme: bytes
    host: bytes
    port: int
    target: bytes
    # The value of the header `Host`.
    authority: bytes


class Guard:
    """Says where connections may go, and makes them."""

    def __init__(
        self,
        *,
        allows_private: bool = False,
        allowed_networks: Iterable[str] = (),
        resolve: Resolve | None = None,
    ) -> None:
        self._allows_private = allows_private
        self._allowed = [ipaddress.ip_network(network) for network in allowed_networks]
        self._names = Names(resolve)
        self._checks = 0

    def close(self) -> None:
        self._names.close()

    def place_of(self, url: str) -> Place:
        """What a URL says.

        Raises:
            Refused: It is none that anything is sent to.
        """
        if len(url) > MAX_URL_CHARACTERS or not url.isprintable() or "\\" in url or " " in url:
            raise Refused("it is not a URL")
        try:
            parsed = httpx.URL(url)
            host, port = parsed.raw_host, parsed.port
        except (httpx.InvalidURL, ValueError) as error:
            raise Refused("it is not a URL") from error
        if parsed.scheme not in PORTS:
            raise Refused("its scheme is neither https nor http")
        if not host:
            raise Refused("it names no host")
        if parsed.userinfo or "@" in parsed.netloc.decode("ascii"):
            raise Refused("it holds a name or a password; use a header for that")
        if "#" in url:
            raise Refused("it has a fragment, which is never sent")
        port = PORTS[parsed.scheme] if port is None else port
        if not 0 < port <= LAST_PORT:
            # What dials takes it modulo 65536: another port than the one that was judged.
            raise Refused(f"there is no port {port}")
        if not self._allows_private and port not in PORTS.values() and port < FIRST_FREE_PORT:
            raise Refused(f"port {port} is one of a system's own services")
        return Place(parsed.raw_scheme, host, port, parsed.raw_path, parsed.netloc)

    async def check(self, url: str, organization_id: str) -> None:
        """Look at a URL before anything is sent there. A name that stands for nothing may yet.

        Raises:
            Refused: Nothing would be sent there.
        """
        place = self.place_of(url)
        if self._checks >= MAX_CHECKS or self._names.is_busy(organization_id):
            # Looked up at the first attempt: nobody is to wait here for the names of others.
            return
        self._checks += 1
        looking = asyncio.ensure_future(
            self.addresses_of(place.host.decode("ascii"), place.port, organization_id)
        )
        # A name that hangs keeps its thread, and its place, for longer than anybody waits here.
        looking.add_done_callback(self._checked)
        done, _ = await asyncio.wait([looking], timeout=CHECK_SECONDS)
        if done and isinstance(error := looking.exception(), Refused):
            raise error

    def _checked(self, looking: asyncio.Future[list[str]]) -> None:
        self._checks -= 1
        if not looking.cancelled() and isinstance(error := looking.exception(), Exception):
            logger.debug("a name was looked up in vain: %s", error)

    async def addresses_of(self, host: str, port: int, organization_id: str) -> list[str]:
        """The addresses of a host, all of which may be connected to, for an organization.

        Raises:
            Refused: One of them may not.
            OSError: It has none.
        """
        try:
            found = await self._names.addresses_of(host.strip("[]"), port, organization_id)
        except UnicodeError as error:
            raise Refused("its host cannot be a name") from error
        if not found:
            raise OSError("the name stands for no address")
        for text in found:
            self.judge(ipaddress.ip_address(text))
        return found

    def judge(self, address: Address) -> None:
        """Raises `Refused` if nothing may be connected to at an address."""
        if self._allows_private or any(address in network for network in self._allowed):
            return
        for network, why in REFUSED.items():
            if address in network:
                raise Refused(f"{address} is in {network}, {why}")


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """The network of httpcore for an organization, as far as the guard lets it."""

    def __init__(self, guard: Guard, organization_id: str) -> None:
        self._guard = guard
        self._organization_id = organization_id
        # Where its library is missing, httpcore has another class of that name.
        self._network = cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # as httpcore has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._guard.addresses_of(host, port, self._organization_id)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be found: {error}") from error
        failed: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in addresses:
            try:
                # The very address that was judged: what the name stands for by now is no matter.
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                failed = error
        assert failed is not None, "there is an address"
        raise failed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
