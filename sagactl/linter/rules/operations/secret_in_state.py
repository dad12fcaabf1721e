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
    told: set[tuple[str, ...]] = set()
    for name, where, route, step in _names(saga):
        parts = words(name)
        if parts not in told and _is_secret(parts):
            told.add(parts)
            yield Hit(
                f"`{name}` looks like a secret, and {where} is stored with the run",
                Place(route, "key"),
                step,
                help="pass a reference in its place, with which the participant looks the secret up",
            )


def _is_secret(parts: tuple[str, ...]) -> bool:
    return parts[-1:] in _SECRETS or parts[-2:] in _SECRETS or parts[-3:] in _SECRETS or parts in _SECRETS_ALONE


def _names(saga: Saga) -> Iterator[tuple[str, str, Route, str]]:
    """The names of all data of a run: what they are part of, where they stand, and at which step."""
    for name, fragment in saga.input.items():
        for inner, route in _properties(name, fragment, ("input", name)):
            yield inner, "the input", route, ""
    for step in saga.steps:
        for name, fragment in step.output.items():
            for inner, route in _properties(name, fragment, (*step.route, "output", name)):
                yield inner, f"the output of `{step.id}`", route, step.id
        for name, route in _keys(step.input, (*step.route, "input")):
            yield name, f"the data of `{step.id}`", route, step.id
        if step.compensation is not None:
            for name, route in _keys(step.compensation.input, (*step.route, "compensation", "input")):
                yield name, f"the data of the compensation of `{step.id}`", route, step.id


def _properties(name: str, fragment: Any, route: Route) -> Iterator[tuple[str, Route]]:
    """A datum, and the properties that its type gives to it."""
    yield name, route
    properties = fragment.get("properties") if isinstance(fragment, Mapping) else None
    if isinstance(properties, Mapping):
        for inner in properties:
            yield inner, (*route, "properties", inner)


def _keys(value: Any, route: Route) -> Iterator[tuple[str, Route]]:
    """The keys of a piece of data, at every depth; the reader has bounded it, and this uses no recursion."""
    waiting = [(value, route)] if value else []
    while waiting:
        current, at = waiting.pop()
        if isinstance(current, Mapping):
            for key, inner in current.items():
                yield key, (*at, key)
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
