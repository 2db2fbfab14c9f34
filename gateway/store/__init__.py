"""STORE: all SQL of the house. Tables, migrations, one writer thread, readers.

Nothing here knows a rule or a key. ``sqlite`` opens the file, ``writer`` owns the only connection
that writes, ``tx`` names what may be done inside a transaction, ``reading`` and ``register`` answer.
"""
