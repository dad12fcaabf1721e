"""Results become text, one family per kind of result, one file per format; every member is pure."""
