"""What the token tests share."""

from tests.support.token_house import house

__all__ = ["house"]
