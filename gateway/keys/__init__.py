"""Every secret the gateway holds, made once under ``GATEWAY_HOME/keys`` and never in the database.

``ring`` makes and opens them, ``derive`` makes further keys from them (HKDF), ``sealing`` locks
and opens bytes with them. Nothing here draws randomness: the random source is an argument.
"""
