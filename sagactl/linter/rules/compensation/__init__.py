"""SG1, compensation: whether what a run does can be undone, and by something that undoes it."""
