"""LAW · finding the records of somebody who asks, without opening any: keys that propose, and reasons.

A person asks what is held about them (Data Protection Act 2018 s.45, UK GDPR art. 15). Their name stands in
records in another order, as initials, misspelt, without its accents, or in somebody's narrative. From each
record *keys* are made (``policies.subject_keys``), from the question too (``asked``). Gateway keeps keyed
hashes of them, so a search is a look-up and opens nothing. ``scored`` says why each record is proposed. A
person confirms.
"""
