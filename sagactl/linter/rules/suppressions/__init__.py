"""SG000 and SG991 to SG993: what is wrong with the comments that suppress findings."""
