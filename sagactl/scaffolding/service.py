"""A service in Python for a definition: the files of a package, by their names in it."""

from __future__ import annotations

from collections.abc import Mapping

from sagactl.model import Saga
from sagactl.scaffolding import orchestrator, participants, readme, rehearsal
from sagactl.scaffolding.blueprint import blueprint


def service(saga: Saga, sagas: Mapping[str, Saga], package: str, definition: str) -> Mapping[str, str]:
    """The files of the package; `definition` is the path from the package to the definition, with slashes.

    Raises UsageError for a saga that nobody leads.
    """
    plan = blueprint(saga, sagas, package, definition)
    return {
        "__init__.py": f'"""The saga {saga.id} as a service."""\n',
        "orchestrator.py": orchestrator.render(plan),
        "participants.py": participants.render(plan),
        "test_rollback.py": rehearsal.render(plan),
        "README.md": readme.render(plan),
    }
