"""What several rules say alike: how a step may fail, and how another one is put behind it."""

from __future__ import annotations

from collections.abc import Iterator

from sagactl.finding import Change, Drop, Fix, Put
from sagactl.flow import Flow, FlowStep, success_event
from sagactl.model import Route


def how_it_fails(step: FlowStep) -> str:
    """How a step may end the way forward, with its name."""
    if step.step.rejects:
        return f"`{step.id}` may say `{step.step.rejects[0]}`"
    if step.step.wait is not None:
        return f"`{step.id}` may time out"
    if step.step.saga is not None:
        return f"`{step.step.saga}` may fail"
    if step.action.tries == 1:
        return f"`{step.id}` is tried only once"
    return f"`{step.id}` is given up after {step.action.tries} tries"


def behind(step: FlowStep, others: int, flow: Flow) -> str:
    """How to let a step come after others (a bit set): a line to paste, or words where that would make a circle.

    It stands after a colon, and a line to paste begins a new one.
    """
    last = [
        other
        for other in flow.members(others)
        if not any(flow.sure_ancestors[later.index] >> other.index & 1 for later in flow.members(others))
    ]
    if any(flow.ancestors[other.index] >> step.index & 1 for other in last):
        return f" move it behind {' and '.join(f'`{other.id}`' for other in last)}"
    if step.step.listens is not None:
        return f"\nlistens: [{', '.join(_events(step, last, flow))}]"
    return f"\nafter: [{', '.join(other.id for other in (*_kept(step, last, flow), *last))}]"


def wait_for(step: FlowStep, other: FlowStep, flow: Flow) -> Fix | None:
    """A step comes after another one, and what `after` says elsewhere and now follows from that goes.

    None where that makes a circle, or where events decide about the order.
    """
    if step.step.listens is not None or flow.ancestors[other.index] >> step.index & 1:
        return None
    after = [each.id for each in (*_kept(step, [other], flow), other)]
    changes: tuple[Change, ...] = (Put((*step.step.route, "after"), after), *_implied(step, other, flow))
    return Fix(f"let it wait for `{other.id}`", safe=False, changes=changes)


def _implied(step: FlowStep, other: FlowStep, flow: Flow) -> Iterator[Drop]:
    """The entries of `after` that name the other one beside something that comes after the step."""
    behind = flow.descendants[step.index] | 1 << step.index
    for later in flow.steps:
        after = later.step.after or ()
        if later is not step and other.id in after and any(behind >> flow[id].index & 1 for id in after):
            yield Drop((*later.step.route, "after", after.index(other.id)))


def without(route: Route, siblings: int) -> Fix:
    """An entry goes, and with the last one its mapping; only its author knows whether it was left over."""
    return Fix("remove it", safe=False, changes=(Drop(route if siblings > 1 else route[:-1]),))


def without_undo(step: FlowStep) -> Fix:
    """A compensation that never runs goes, and the step says by its kind why it has none."""
    route, kind = step.step.route, "retriable" if step.place == "after" else "pivot"
    changes = (Drop((*route, "compensation")), Put((*route, "kind"), kind))
    return Fix(f"remove it and declare the step {kind}", safe=False, changes=changes)


def _kept(step: FlowStep, last: list[FlowStep], flow: Flow) -> list[FlowStep]:
    """The predecessors of a step that do not come before the others anyway."""
    implied = 0
    for other in last:
        implied |= flow.sure_ancestors[other.index] | 1 << other.index
    return [flow.steps[index] for index in step.after if not implied >> index & 1]


def _events(step: FlowStep, last: list[FlowStep], flow: Flow) -> list[str]:
    """The events of the others, and those of its own that it still has to wait for."""
    mine = step.step.listens.events if step.step.listens is not None else ()
    implied = {success_event(other.step) for other in flow.steps} - {
        success_event(other.step) for other in _kept(step, last, flow)
    }
    kept = [event for event in mine if event not in implied and event not in flow.saga.starts_on]
    return list(dict.fromkeys((*kept, *(success_event(other.step) for other in last))))
