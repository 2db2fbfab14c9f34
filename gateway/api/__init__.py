"""EDGE · HTTP: parse, call one function of a journey, answer. No SQL, no rule.

Answers are bytes made by hand or by pydantic; no route returns a bare list of dictionaries.
"""
