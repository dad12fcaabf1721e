"""SG990, promises: what the definition does not say about its participants, and what that would decide."""
