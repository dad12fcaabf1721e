"""Two runs that meet on a resource, as runs of their sagas: what each does, and in which order it all happens.

Only the accesses to one resource matter to what two runs do to each other; here the rest of each saga goes on as
planned between them, so that each part is a run that can be made again.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sagactl.flow import Flow
from sagactl.trace import Moment
from sagactl.verdict import Beside, Counterexample
from sagactl.world.kept_moves import move_json
from sagactl.world.lift import Making, NoSuchRun
from sagactl.world.pairs import Turn
from sagactl.world.parts import Truth

NAMES: Final = ("one run", "another run")


class Party(NamedTuple):
    """One of two runs, and what it is called."""

    making: Making
    name: str

    def play(self, turn: Turn) -> None:
        """What the run does in this turn, with what has to come before it."""
        flow, act = self.making.flow, turn.act
        step = flow.index[act.step]
        up_to = flow.ancestors[step] | 1 << step
        if turn.what == "ends":
            self.making.finish()
        elif turn.what in ("goes back", "is refused"):
            self.making.wish()
        elif turn.what == "undoes":
            if act.kind in ("write", "update", "lock") and flow.steps[step].undo is not None:
                self.making.until(lambda: self._truth(step).undone > 0, (1 << len(flow.steps)) - 1)
        elif act.kind == "commit":
            self.making.until(lambda: self.making.world.state.steps[step].record == "done", up_to)
        else:
            self.making.until(lambda: self._truth(step).done > 0, up_to)

    def _truth(self, step: int) -> Truth:
        return self.making.world.truths[step]


def interleaved(flow: Flow, rival: Flow, found: Counterexample, turns: tuple[Turn, ...], run: int) -> Counterexample:
    """The counterexample with both runs; without where their sagas do not have them.  `run` is that of its step."""
    flows = (flow, rival)
    names = NAMES if rival.saga.id == flow.saga.id else (flow.saga.id, rival.saga.id)
    parties = [Party(_making(each, turns, number), names[number]) for number, each in enumerate(flows)]
    told: list[Moment] = []
    try:
        for time, turn in enumerate(turns, 1):
            _follow(parties[turn.run], turn, time, told)
        for party in parties:
            party.making.finish()
            told += _new(party, len(turns) + 1)
    except NoSuchRun:
        return found
    own, other = parties[run], parties[1 - run]
    moves = [tuple(move_json(each.making.flow, move) for move in each.making.made) for each in (own, other)]
    beside = Beside(other.making.flow.saga.id, moves[1], tuple(told), (own.name, other.name))
    return found._replace(moves=moves[0], beside=beside)


def _follow(party: Party, turn: Turn, time: int, told: list[Moment]) -> None:
    party.play(turn)
    told += _new(party, time)


def _new(party: Party, time: int) -> list[Moment]:
    """What has happened to a run since it was looked at last."""
    fresh, party.making.moments = party.making.moments, []
    return [_named(moment, party.name)._replace(t_s=float(time)) for moment in fresh]


def _named(moment: Moment, name: str) -> Moment:
    step = f"{name}: {moment.step}" if moment.step else ""
    return moment._replace(step=step, detail=f"{moment.detail} ({name})" if moment.detail else "")


def _making(flow: Flow, turns: tuple[Turn, ...], run: int) -> Making:
    """A run under whose outcomes the steps are taken that meet the other one."""
    wanted: dict[str, str] = {}
    for turn in turns:
        if turn.run == run:
            wanted.update(flow[turn.act.step].step.when)
    return Making(flow, -1, wanted)
