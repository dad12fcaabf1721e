"""SG7, data: what a step takes is there when it is needed, and is what it is taken for."""
