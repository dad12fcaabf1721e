"""SG6, isolation: what runs do to each other between their steps, within one saga and across all of them."""
