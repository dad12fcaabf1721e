"""`README.md` of a generated service: what to fill in, how to run it, and what to ask before production."""

from __future__ import annotations

from sagactl.scaffolding.blueprint import Blueprint, sample
from sagactl.scaffolding.code import assigned
from sagactl.scaffolding.naming import said

_TEXT = """# The saga {saga} as a service

{description}

The flow is in `{definition}`: order, retries, timeouts and undo.
This package holds what the definition cannot say: the work itself.

1. Put your work in the place of every `NotImplementedError` in `participants.py`.
   What it writes with `database` is one transaction with the guard's memory: done once, however often it is asked for.
2. `python -m pytest {package}` rehearses a rollback and runs it.
   {rehearsed}
3. Run it.

```python
from pathlib import Path

from sagactl.runtime import Blocking, SqliteStore
from {package}.orchestrator import {class_name}
from {package}.participants import Participants

folder = Path("data")
folder.mkdir(exist_ok=True)
orchestrator = {class_name}(
    Participants(folder), store=SqliteStore(str(folder / "sagas.db"))
)
{given}
with Blocking(orchestrator) as sagas:
    ended = sagas.run(given)
    print(ended.outcome)
```

Before production, ask `sagactl lint {file}` and `sagactl verify {file}`.
"""


def render(plan: Blueprint) -> str:
    """The text of the file."""
    given = {name: sample(type) for name, type in plan.saga.input.items()}
    return _TEXT.format(
        saga=plan.saga.id,
        description=said(plan.saga.description or "A saga."),
        definition=plan.definition,
        file=plan.definition.rpartition("/")[2],
        package=plan.package,
        class_name=plan.class_name,
        given="\n".join(assigned("given", given)),
        rehearsed="The works are stood in for; transactions, guard, store and orchestrator are real."
        if plan.rehearsal is not None
        else "No business no could be played with made-up data, so write a test of a rollback yourself.",
    )
