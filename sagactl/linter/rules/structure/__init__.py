"""SG0, structure: whether the flow hangs together, and whether it needs to be a saga at all."""
