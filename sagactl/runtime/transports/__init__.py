"""How messages travel: a member is a module with a class that keeps the promises of `Transport`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

Receive = Callable[[str], Awaitable[None]]
"""Takes a message; it counts as received when this returns, and comes again when it raises."""


class Transport(Protocol):
    """Channels between services: at least once, in order for messages with the same key."""

    async def subscribe(self, channel: str, receive: Receive) -> None:
        """Give every message of the channel to `receive`; who shares a channel shares its messages."""

    async def open(self) -> None:
        """Connect; subscriptions made before are on from now."""

    async def send(self, channel: str, body: str, key: str) -> None:
        """Hand a message over; it is on its way for good when this returns."""

    async def close(self) -> None:
        """Finish what is being received, and let go."""
