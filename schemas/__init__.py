"""WORDS: what the gateway talks about. Pydantic models and packaged data only; no input, no output.

``typology`` (the Home Office list) · ``incident`` (the common record, every field marked) ·
``open_half`` (what the log keeps readable) · ``released`` (the only shapes that may leave) ·
``record_class`` (what the law looks at) · ``partners`` · ``feeds`` · ``powers`` · ``agreements`` ·
``decisions`` · ``receipts`` · ``problems``.
"""
