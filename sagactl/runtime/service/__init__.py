"""What the services of a saga share: threads that own a connection to their database, and an outbox in it.

The statements are in a file for each database, as those of the guard are, and are carried out like them.
"""
