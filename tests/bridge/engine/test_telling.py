"""How a plugin's failure is told: enough to mend it, and no word that is not ours."""

import pytest

from bridge.engine.telling import reason_of, told
from bridge.errors import DeliveryFailed


def test_an_error_of_ours_is_told_in_its_own_words() -> None:
    assert told(DeliveryFailed("the receiver answered 500")) == {"error": "the receiver answered 500"}


def test_of_anybody_elses_the_kind_and_the_place_are_told_and_no_word() -> None:
    with pytest.raises(ValueError, match="anna") as failure:
        int("anna@customers.example")
    found = told(failure.value)
    assert found["error"] == reason_of(failure.value) == "ValueError"
    assert found["where"].startswith("engine/test_telling.py:")
    assert "anna" not in str(found)


def test_of_a_long_way_the_innermost_places_are_told() -> None:
    def deeper(levels: int) -> None:
        if not levels:
            raise KeyError("secret")
        deeper(levels - 1)

    with pytest.raises(KeyError) as failure:
        deeper(9)
    first, second, last = told(failure.value)["where"].split(" > ")
    assert first == second != last
