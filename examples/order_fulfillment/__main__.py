"""`python -m examples.order_fulfillment`: orders come in, something goes wrong on request, the books are checked."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sagactl.runtime import SqliteStore

from .audit import audit
from .faults import Faults
from .orders import OrderFulfillment, Services
from .story import Story

SERVICES = ("inventory", "payment", "shipping", "notification")
PIECES, TOTAL = 2, 4900


def main(arguments: Sequence[str] | None = None) -> int:
    call = _parsed(arguments)
    logging.getLogger("sagactl.runtime").setLevel(logging.CRITICAL)  # the story tells the same
    if call.folder:
        Path(call.folder).mkdir(parents=True, exist_ok=True)
        return _in_folder(call, Path(call.folder))
    with TemporaryDirectory() as folder:
        return _in_folder(call, Path(folder))


def _parsed(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="order_fulfillment", description="Fulfil orders, and let something go wrong.")
    parser.add_argument("--orders", type=int, default=1, metavar="N", help="how many orders come in at the same time")
    parser.add_argument(
        "--fail", action="append", default=[], choices=SERVICES, help="says no; notification has none and fails twice"
    )
    parser.add_argument(
        "--timeout", action="append", default=[], choices=SERVICES, help="does its work, and answers too late"
    )
    parser.add_argument("--kill", action="store_true", help="the process dies with the money taken and nobody told")
    parser.add_argument("--folder", help="where the databases are; kept afterwards, else they are deleted")
    parser.add_argument("--dies", action="store_true", help="only until the process is killed; `--kill` calls this")
    return parser.parse_args(arguments)


def _in_folder(call: Namespace, folder: Path) -> int:
    if call.kill:
        _die_first(call, folder)
    services = Services(folder, Faults(call.fail, call.timeout, "payment" if call.dies else ""))
    outcomes = asyncio.run(_fulfil(services, folder, call.orders))
    return _told(services, outcomes)


def _die_first(call: Namespace, folder: Path) -> None:
    """The same call in a process of its own, which is killed in the middle; SIGKILL leaves nothing time to tidy up."""
    faults = [f"--{name}={each}" for name in ("fail", "timeout") for each in getattr(call, name)]
    arguments = [f"--orders={call.orders}", f"--folder={folder}", *faults, "--dies"]
    subprocess.run([sys.executable, "-m", __package__, *arguments], check=False)
    print("\nKILLED: the orchestrator died; here comes another one, with the same store and the same orders.\n")


async def _fulfil(services: Services, folder: Path, orders: int) -> dict[str, str]:
    """How the run of each order ended."""
    store = SqliteStore(str(folder / "sagas.db"))
    # A short lease, so that the work of a process that died is taken over while you watch.
    async with OrderFulfillment(services, store=store, observers=[Story()], lease_s=1.0, poll_s=0.1) as sagas:
        return dict(await asyncio.gather(*(_one(sagas, f"order-{number}") for number in range(1, orders + 1))))


async def _one(sagas: OrderFulfillment, order: str) -> tuple[str, str]:
    data = {"order_id": order, "pieces": PIECES, "total": TOTAL, "address": "Main Street 1"}
    # The order is the key: who sends it again, as after a crash, gets the run that was started before.
    ended = await sagas.run(data, key=order)
    return order, str(ended.outcome)


def _told(services: Services, outcomes: dict[str, str]) -> int:
    ends = ", ".join(f"{number} {outcome}" for outcome, number in Counter(outcomes.values()).items())
    money = sum(services.payment.taken().values())
    print(f"\nOrders: {ends}.")
    print(
        f"On the shelf: {services.inventory.on_the_shelf()} pieces.  Money taken: {money}."
        f"  Parcels: {len(services.shipping.parcels())}.  Mails: {len(services.notification.mails())}."
    )
    wrong = list(audit(services, outcomes, PIECES, TOTAL))
    print("\n".join(["The books are WRONG:", *wrong] if wrong else ["The books are right."]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
