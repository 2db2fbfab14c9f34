"""How the law refuses to start: a file, a rule, a sentence. Never a record's data."""

from __future__ import annotations


class PolicyRefused(ValueError):
    """A policy, treatment table or data file that is not whole. Nothing starts with it.

    Attributes:
        file: Name of the file at fault.
        rule: Id of the rule or name of the field in it; empty where the whole file is meant.
        says: What is wrong, in a sentence.
    """

    def __init__(self, file: str, rule: str, says: str) -> None:
        self.file, self.rule, self.says = file, rule, says
        super().__init__(f"{file}: {rule}: {says}" if rule else f"{file}: {says}")
