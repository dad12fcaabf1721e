"""Text in: a definition becomes a saga with findings, and every finding has its place in the text."""
