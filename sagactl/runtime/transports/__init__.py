"""How messages travel: a member is a module with a class that keeps the promises of `Transport`.

A message that is sent waits for whoever takes it, even for one who comes later; one that is published goes to every
group that listens, and to nobody if none does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from sagactl.errors import SagactlError

Receive = Callable[[str], Awaitable[None]]
"""Takes a message; it counts as received when this returns, and comes again when it raises."""


class TransportError(SagactlError):
    """Messages cannot travel: the broker is not there, or is none that we know."""


class Transport(Protocol):
    """Channels between services: at least once, in order for messages with the same key."""

    async def subscribe(self, channel: str, receive: Receive, group: str = "") -> None:
        """Give the messages of the channel to `receive`; who shares a channel and a group shares its messages.

        Without a group they are those that are sent, with one those that are published.
        """

    async def open(self) -> None:
        """Connect; subscriptions made before are on from now."""

    async def send(self, channel: str, body: str, key: str) -> None:
        """Hand a message over; it is on its way for good when this returns."""

    async def publish(self, channel: str, body: str, key: str) -> None:
        """Hand a copy over for each group that has ever listened; they are on their way for good when this returns."""

    async def close(self) -> None:
        """Finish what is being received, and let go."""
