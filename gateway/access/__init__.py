"""Who is calling: access tokens for partners' systems (OAuth 2.0 client credentials).

``clients`` is who may ask, ``server`` gives tokens, ``verify`` reads them, ``assertion`` checks a client's
signed proof of itself, ``signed`` reads a signed token strictly. Ground floor, beside the keys: imports
keys, clock and errors only. Authlib runs the grant; its unsafe defaults are closed here, each by a test.
"""
