"""The pure folders read no clock, file or network, and keep no changing state."""

from __future__ import annotations

import ast

from tests.architecture.source import PACKAGES, PURE, files, named, tree

FORBIDDEN_CALLS = {"open", "print", "input", "eval", "exec", "breakpoint"}
FORBIDDEN_ATTRIBUTES = {"now", "utcnow", "today", "uuid4", "uuid1", "urandom", "getenv", "environ"}


def test_the_pure_folders_open_nothing_and_print_nothing() -> None:
    found = [
        f"{named(path, node)} {node.func.id}()"
        for path in files(*PURE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FORBIDDEN_CALLS
    ]

    assert found == []


def test_the_pure_folders_ask_for_no_time_no_randomness_and_no_environment() -> None:
    found = [
        f"{named(path, node)} .{node.attr}"
        for path in files(*PURE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES
    ]

    assert found == []


def test_the_pure_folders_have_no_globals_that_change() -> None:
    found = [
        named(path, node)
        for path in files(*PURE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Global | ast.Nonlocal)
    ]

    assert found == []


def test_what_the_pure_folders_offer_says_what_it_is() -> None:
    found = [
        f"{named(path, node)} {node.name}"
        for path in files(*PURE)
        for node in _offered(tree(path))
        if ast.get_docstring(node) is None
    ]

    assert found == []


Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _offered(node: ast.Module | ast.ClassDef) -> list[Named]:
    """Public classes, functions and methods; an override says nothing that its base does not."""
    offered: list[Named] = []
    for child in node.body:
        if not isinstance(child, Named) or child.name.startswith("_") or _is_variant(child):
            continue
        offered.append(child)
        if isinstance(child, ast.ClassDef):
            offered += _offered(child)
    return offered


def _is_variant(node: Named) -> bool:
    names = {getattr(mark, "id", getattr(mark, "attr", "")) for mark in node.decorator_list}
    return bool(names & {"override", "overload"})


def test_a_forms_own_words_are_constant() -> None:
    """They reach whoever sent the value, so nothing of the value may stand in them."""
    for path in files(*PACKAGES):
        for function in ast.walk(tree(path)):
            if not isinstance(function, ast.FunctionDef):
                continue
            raised = [one for one in ast.walk(function) if _is_does_not_fit(one)]
            written = [one for one in ast.walk(function) if isinstance(one, ast.Assign)]
            messages = [one.value for one in written if ast.unparse(one.targets[0]) == "message"]
            for one in raised:
                assert ast.unparse(one) == "DoesNotFit(message)", named(path, one)
                assert all(isinstance(text, ast.Constant) for text in messages), named(path, one)


def _is_does_not_fit(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "DoesNotFit"
