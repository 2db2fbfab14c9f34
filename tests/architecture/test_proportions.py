"""Files and functions that fit the head: sizes, names, and imports where a reader looks for them."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import PACKAGES, ROOT, files, named, tracked, tree

FILE_LINES = 400
FUNCTION_LINES = 60
BANNED = re.compile(r"(^|_)(utils?|helpers?|managers?|common|misc)(_|$)")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
EVERYTHING = (*PACKAGES, "tests")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_file_is_longer_than_400_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in files(*EVERYTHING)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    ]

    assert long == []


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{named(path, node)} {node.name}: {lines}"
        for path in files(*EVERYTHING)
        if "migrations" not in path.parts  # a migration is one list of what it makes, read once
        for node in ast.walk(tree(path))
        if isinstance(node, Function)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]

    assert long == []


def test_no_name_says_that_nobody_knew_what_it_is() -> None:
    paths = [path.relative_to(ROOT) for path in tracked()]
    files_named = [
        str(p) for p in paths if any(BANNED.search(part.split(".")[0]) for part in p.parts)
    ]
    classes_named = [
        f"{named(path, node)} {node.name}"
        for path in files(*EVERYTHING)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and BANNED.search(CAMEL.sub("_", node.name).lower())
    ]

    assert files_named + classes_named == []


def test_an_import_inside_a_function_says_why_it_is_there() -> None:
    bare = [
        named(path, node)
        for path in files(*PACKAGES)
        for function in ast.walk(tree(path))
        if isinstance(function, Function)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and not _has_comment(path.read_text(encoding="utf-8").splitlines(), node.lineno)
    ]

    assert bare == []


def _has_comment(lines: list[str], number: int) -> bool:
    """Whether a comment stands on the line or directly above it."""
    return "#" in lines[number - 1] or lines[number - 2].lstrip().startswith("#")
