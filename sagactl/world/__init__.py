"""The machine among participants that fail: what can happen next, and what becomes of the world when it does.

`moves(flow, world)` lists, in a fixed order, all that can happen; `apply(flow, world, move)` lets one of it happen.
The world has no clock: which of its moves comes first is for the driver to say.
"""

from sagactl.world.parts import Message, Move, Truth, World
from sagactl.world.world import apply, begin, moves

__all__ = ["Message", "Move", "Truth", "World", "apply", "begin", "moves"]
