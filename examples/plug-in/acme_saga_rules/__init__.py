"""The house rules of Acme: every module below with a `RULE` is one."""
