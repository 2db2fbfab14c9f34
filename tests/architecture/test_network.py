"""Tests reach loopback and nothing else: shown, not assumed."""

from __future__ import annotations

import socket

import httpx
import pytest
from pytest_socket import SocketConnectBlockedError

ELSEWHERE = "203.0.113.9"  # TEST-NET-3: no host has it


def test_a_test_cannot_reach_the_network() -> None:
    with socket.socket() as plain, pytest.raises(SocketConnectBlockedError):
        plain.connect((ELSEWHERE, 80))


def test_nor_can_a_library() -> None:
    with pytest.raises((SocketConnectBlockedError, httpx.ConnectError)):
        httpx.get(f"http://{ELSEWHERE}/", timeout=1)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_loopback_is_open(family: socket.AddressFamily) -> None:
    address = "127.0.0.1" if family is socket.AF_INET else "::1"
    try:
        server = socket.create_server((address, 0), family=family)
    except OSError:
        assert family is socket.AF_INET6, "a machine without IPv6 has nothing to reach there"
        return

    with server, socket.create_connection(server.getsockname()[:2], timeout=5) as client:
        assert client.getpeername()[0] == address
