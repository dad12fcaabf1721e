"""What a new saga starts from: a commented definition, and a service in Python that carries a definition out.

Every function here gives texts by the names of their files; writing them is for who asked.
"""
