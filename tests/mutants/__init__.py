"""Broken on purpose: each mutant of the law must turn a test red."""
