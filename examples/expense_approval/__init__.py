"""An expense that a person decides about: the run waits for days, and no process has to wait with it."""
