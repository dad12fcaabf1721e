"""SG509 secret-in-state: a password, a key or a card number becomes part of a run's state.

Inputs, outputs and the data of commands are stored with the run, for as long as it is kept; they appear in logs, in
dead letters and on the screens of those who repair runs. Pass a reference and let the participant look up the secret.
For card numbers and their check digits this is not a matter of taste.

The name decides, by its last words: `card_number`, `apiKey`, `client_secret`. What only refers to a secret is left
alone (`password_hash`, `secret_id`, `payment_token`, which stands for a card number so that nobody needs it), and so
are account numbers such as an IBAN, which are personal but no secret.

Source: PCI DSS, requirement 3; OWASP, Logging Cheat Sheet: data to exclude.
Since: 0.1

Bad:
    saga: order
    input: {order_id: string, card_number: string}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        input: {order_id: input.order_id, card_number: input.card_number}
        kind: pivot

Good:
    saga: order
    input: {order_id: string, payment_token: string}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        input: {order_id: input.order_id, payment_token: input.payment_token}
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sagactl.finding import Place
from sagactl.linter.commands import words
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Route, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_SECRETS: Final = frozenset(
    (
        *(("password",), ("passwd",), ("passphrase",), ("secret",), ("credential",), ("credentials",)),
        *(("apikey",), ("api", "key"), ("access", "key"), ("private", "key"), ("secret", "key"), ("signing", "key")),
        *(("access", "token"), ("api", "token"), ("auth", "token"), ("bearer", "token"), ("id", "token")),
        *(("refresh", "token"), ("reset", "token"), ("session", "token"), ("authorization", "header")),
        *(("card", "number"), ("cardnumber",), ("card", "pan"), ("primary", "account", "number")),
        *(("cvc",), ("cvc2",), ("cvv",), ("cvv2",), ("security", "code"), ("card", "pin"), ("pin", "code"), ("otp",)),
        *(("ssn",), ("social", "security", "number"), ("seed", "phrase"), ("recovery", "phrase")),
    )
)
"""How the name of a secret ends, word by word."""

_SECRETS_ALONE: Final = frozenset((("token",), ("pan",), ("pin",), ("pwd",)))
"""Words that mean a secret only where they are the whole name."""


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not any(map(_is_secret, _names(saga))):
        return
    told: set[tuple[str, ...]] = set()
    for where, route, step in _places(saga):
        name = str(route[-1])
        if _is_secret(name) and words(name) not in told:
            told.add(words(name))
            yield Hit(
                f"`{name}` looks like a secret, and {where} is stored with the run",
                Place(route, "key"),
                step,
                help="pass a reference in its place, with which the participant looks the secret up",
            )


@lru_cache(4096)
def _is_secret(name: str) -> bool:
    parts = words(name)
    return parts[-1:] in _SECRETS or parts[-2:] in _SECRETS or parts[-3:] in _SECRETS or parts in _SECRETS_ALONE


def _names(saga: Saga) -> Iterator[str]:
    """The names of all data of a run; no more than that, as nearly all sagas have no secret among them."""
    yield from _keys(saga.input)
    for step in saga.steps:
        if step.output:
            yield from _keys(step.output)
        if step.input:
            yield from _keys(step.input)
        if step.compensation is not None and step.compensation.input:
            yield from _keys(step.compensation.input)


def _keys(data: Mapping[str, Any]) -> Iterator[str]:
    yield from data
    for value in data.values():
        if not isinstance(value, str):
            yield from (str(route[-1]) for route in _routes(value, ()))


def _places(saga: Saga) -> Iterator[tuple[str, Route, str]]:
    """What each datum is part of, where its name stands, and at which step."""
    for route in _routes(saga.input, ("input",)):
        yield "the input", route, ""
    for step in saga.steps:
        for route in _routes(step.output, (*step.route, "output")):
            yield f"the output of `{step.id}`", route, step.id
        for route in _routes(step.input, (*step.route, "input")):
            yield f"the data of `{step.id}`", route, step.id
        if step.compensation is not None:
            for route in _routes(step.compensation.input, (*step.route, "compensation", "input")):
                yield f"the data of the compensation of `{step.id}`", route, step.id


def _routes(value: Any, route: Route) -> Iterator[Route]:
    """The routes of the keys in a piece of data, at every depth; the reader has bounded it."""
    waiting = [(value, route)]
    while waiting:
        current, at = waiting.pop()
        if isinstance(current, Mapping):
            for key, inner in current.items():
                yield (*at, key)
                waiting.append((inner, (*at, key)))
        elif isinstance(current, list | tuple):
            waiting.extend((inner, (*at, index)) for index, inner in enumerate(current))


RULE = Rule(
    code="SG509",
    name="secret-in-state",
    severity="warning",
    why="Whoever may look at a run, its log or a dead letter may now use the secret.",
    check=check,
)
