"""STORE: all SQL of the house. Tables, migrations, one writer thread, readers.

Nothing here knows a rule or a key. ``sqlite`` opens the file, ``writer`` owns the only connection
that writes, ``tx`` names what may be done inside a transaction, ``reading`` answers, ``leasing`` says
which worker sends for whom, ``wakening`` tells those who wait of a commit.
"""
