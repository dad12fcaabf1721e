"""The services as participants that are reached by messages: guard, outbox and transaction come with the base class."""

from __future__ import annotations

from typing import Any, TypeVar

from sagactl.runtime import ChoreographyParticipant, Participant

from .service import Service

Part = TypeVar("Part", Participant, ChoreographyParticipant)


def taking_part(kind: type[Part], service: Service, **options: Any) -> Part:
    """The service as a participant of this kind, under its own name and with its own database."""
    named = type(kind.__name__, (kind,), {"name": service.name})
    part: Part = named(connect=service.connect, poll_s=0.1, **options)
    for (what, command), work in service.commands().items():
        part.on(what, command, work)
    return part
