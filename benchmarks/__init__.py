"""Measurements of whole processes, side by side with the peers, printed by one command: `make bench`."""
