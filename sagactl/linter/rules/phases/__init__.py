"""SG2, phases: what stands before the point of no return, what is it, and what comes after."""
