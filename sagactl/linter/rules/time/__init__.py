"""SG4, time: timeouts, retries and deadlines that fit into each other."""
