"""SG3, unknown outcomes and delivery: what becomes of messages that come twice, too late or not at all."""
