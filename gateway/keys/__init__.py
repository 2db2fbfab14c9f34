"""Every secret the gateway holds, made once under ``GATEWAY_HOME/keys`` and never in the database.

``ring`` makes and opens them, ``derive`` makes further keys from them (HKDF), ``sealing`` locks
and opens bytes with them, ``token_keys`` rotates the one that signs access tokens. Nothing here draws
randomness: the random source is an argument.
"""
