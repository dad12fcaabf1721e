"""The command line: arguments become a verb, its result a report, and that an exit code.

A member is a module named after its command, with a typer command function `command`; `app.py` lists them in a
literal table, so that a call imports one of them and no other.
"""
