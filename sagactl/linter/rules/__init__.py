"""The rules, one file each, in a folder per area.

A member is a module with a docstring, a `RULE` (see `linter/rule.py`) and, unless reading decides it, a `check`.
The file's name is the rule's name; nothing else has to be told about a new rule.

The docstring has this form:

    SG101 missing-compensation: one sentence that says what is found.

    A paragraph or two on why it hurts and what to do.

    Source: where the rule comes from.
    Since: 0.1
    Fix: safe    (or unsafe, or both; without this line the rule fixes nothing)

    Bad:
        saga: ...        (a whole definition, indented by four, on which the rule fires)

    Good:
        saga: ...        (the same, mended, on which it does not)
"""
