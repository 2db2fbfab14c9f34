"""The same event reported twice: which records of two feeds are probably one event, and about how many.

Proposals, never merges: no record and no count changes. Pure: ``events`` says what is compared, ``declared``
holds the parameters (``parameters.toml``), ``chance`` how often two records agree without being one event,
``scored`` the pairs and their odds, ``estimated`` the number with its interval, ``asked`` the answer.
"""
