"""Rules about who owns a saga."""
