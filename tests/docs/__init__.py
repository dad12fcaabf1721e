import os

if os.environ.get("UPDATE"):
    from tests.docs.rule_index import refresh

    refresh()
