"""What a system keeps between runs is there as a whole or as it was before."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.client.state import FileState, MemoryState, StateStore, StateUnreadable


@pytest.fixture(params=["file", "memory"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> StateStore:
    return FileState(tmp_path / "deep" / "state.json") if request.param == "file" else MemoryState()


def test_what_was_saved_is_loaded(state: StateStore) -> None:
    assert state.load("a") is None
    state.save("a", "1")
    state.save("b", "2\n— é")
    state.save("a", "3")

    assert (state.load("a"), state.load("b"), state.load("c")) == ("3", "2\n— é", None)


def test_a_save_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = FileState(tmp_path / "state.json")
    state.save("cursor", "1")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gateway.client.state.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        state.save("cursor", "2")
    assert FileState(tmp_path / "state.json").load("cursor") == "1"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "\x00"])
def test_a_file_that_is_something_else_is_not_begun_anew_in_silence(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)

    with pytest.raises(StateUnreadable):
        FileState(path).load("cursor")
    with pytest.raises(StateUnreadable):
        FileState(path).save("cursor", "1")
    assert path.read_text() == text
