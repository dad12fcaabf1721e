"""The tests; no time limit decides any of them, and on a build server chance is the same each time."""

import os

from hypothesis import settings

settings.register_profile("calm", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("calm")
