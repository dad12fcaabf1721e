"""SG5, operations: what happens when a compensation fails, and who notices."""
