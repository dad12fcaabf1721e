"""Sagas for real: what was rehearsed and verified runs inside the services that it is about."""
