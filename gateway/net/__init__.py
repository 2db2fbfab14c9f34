"""The one way out of the gateway that the gateway itself opens: sending to partners' systems.

``addresses`` knows which addresses are public, ``target`` reads an endpoint's URL and judges what its name
resolves to, ``dialling`` dials what was judged and nothing else, ``egress`` sends one request under one
deadline and reads a bounded answer. Resolver and dialler are arguments: tests dial nobody.
"""
