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
from typing import Any

from sagactl.errors import SagactlError

from .audit import audit
from .choreographed import fulfil_choreographed
from .faults import Faults
from .local import fulfil
from .orders import KINDS, Services

PIECES, TOTAL = 2, 4900


def main(arguments: Sequence[str] | None = None) -> int:
    call = _parsed(arguments)
    logging.getLogger("sagactl.runtime").setLevel(logging.CRITICAL)  # the story tells the same
    if call.folder:
        Path(call.folder).mkdir(parents=True, exist_ok=True)
        return _in_folder(call, Path(call.folder).resolve())
    with TemporaryDirectory() as folder:
        return _in_folder(call, Path(folder))


def _parsed(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="order_fulfillment", description="Fulfil orders, and let something go wrong.")
    parser.add_argument("--orders", type=int, default=1, metavar="N", help="how many orders come in at the same time")
    parser.add_argument(
        "--fail", action="append", default=[], choices=KINDS, help="says no; notification has none and fails twice"
    )
    parser.add_argument(
        "--timeout", action="append", default=[], choices=KINDS, help="does its work, and answers too late"
    )
    parser.add_argument("--kill", action="store_true", help="a process dies with the money taken and nobody told")
    parser.add_argument("--folder", help="where the databases are; kept afterwards, else they are deleted")
    parser.add_argument("--dies", action="store_true", help="only until the process is killed; `--kill` calls this")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--services", action="store_true", help="each service is a process of its own; needs `--broker`")
    how.add_argument("--choreographed", action="store_true", help="nobody leads: the services hear each other's events")
    parser.add_argument("--broker", metavar="URL", help="between the processes, such as nats://localhost:4222")
    return _checked(parser, parser.parse_args(arguments))


def _checked(parser: ArgumentParser, call: Namespace) -> Namespace:
    if call.services != bool(call.broker):
        parser.error("`--services` and `--broker` go together")
    if call.choreographed and (call.timeout or call.kill):
        parser.error("in a choreography nobody waits for answers: use `--fail` with `--choreographed`")
    if call.choreographed and call.folder and any(Path(call.folder).glob("*.db")):
        parser.error(
            "`--choreographed` needs a new folder: the end of an order is told once, and nobody tells it again"
        )
    return call


def _in_folder(call: Namespace, folder: Path) -> int:
    if call.kill and not call.services:
        _die_first(call, folder)
    dies = call.dies or (call.services and call.kill)
    faults = Faults(call.fail, call.timeout, "payment" if dies else "")
    services = Services(folder, faults)
    try:
        outcomes = asyncio.run(_fulfilled(call, folder, services, faults))
    except SagactlError as error:
        print(f"error: {error.message}; {error.help}" if error.help else f"error: {error.message}", file=sys.stderr)
        return 2
    return _told(services, outcomes)


def _die_first(call: Namespace, folder: Path) -> None:
    """The same call in a process of its own, which is killed in the middle; SIGKILL leaves nothing time to tidy up."""
    faults = [f"--{name}={each}" for name in ("fail", "timeout") for each in getattr(call, name)]
    arguments = [f"--orders={call.orders}", f"--folder={folder}", *faults, "--dies"]
    subprocess.run([sys.executable, "-m", __package__, *arguments], check=False)
    print("\nKILLED: the orchestrator died; here comes another one, with the same store and the same orders.\n")


async def _fulfilled(call: Namespace, folder: Path, services: Services, faults: Faults) -> dict[str, str]:
    """How the run of each order ended."""
    orders = {f"order-{number}": _order(f"order-{number}") for number in range(1, call.orders + 1)}
    if call.choreographed:
        return await fulfil_choreographed(services, orders)
    if call.services:
        from .processes import Trial, fulfil_in_processes  # the library for brokers takes a while to import

        return await fulfil_in_processes(Trial(folder, call.broker, faults), orders)
    return await fulfil(folder, services, orders)


def _order(order: str) -> dict[str, Any]:
    return {"order_id": order, "pieces": PIECES, "total": TOTAL, "address": "Main Street 1"}


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
