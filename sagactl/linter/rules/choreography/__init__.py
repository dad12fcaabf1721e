"""SG8, choreography: who hears what, and what nobody hears."""
