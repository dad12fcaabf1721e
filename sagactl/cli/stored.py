"""What the commands on a store share: their options, how the store is opened, and how a run is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from sagactl.configuration.reading import configuration
from sagactl.errors import UsageError

if TYPE_CHECKING:
    from sagactl.runtime.store import Store

RunId = Annotated[str, typer.Argument(help="The id of a run, as `sagactl runs` lists it.", metavar="RUN")]
StepId = Annotated[str, typer.Argument(help="A step of the run.", metavar="STEP")]
StoreOption = Annotated[
    str | None, typer.Option("--store", help="The store: a file, or postgres://… Default: the configured one.")
]
Format = Annotated[str, typer.Option("--format", "-f", help="text or json.")]
Redact = Annotated[
    list[str] | None, typer.Option("--redact", help="Show nothing of the data under this name, at any depth.")
]


def address_of(store: str | None, config: str | None) -> str:
    """Where the store is: as the call says, else as the configuration does."""
    found = store or configuration(config).store
    if not found:
        raise UsageError("no store is named", help='`--store sagas.db`, or `store = "sagas.db"` in the configuration')
    return found


@contextmanager
def opened(store: str | None, config: str | None) -> Iterator[Store]:
    """The store that is there; a command on runs never creates one."""
    from sagactl.runtime.stores.addresses import store_at

    found = store_at(address_of(store, config))
    try:
        found.install()
        yield found
    finally:
        found.close()
