"""The bytes and signatures of rows: one known example, and what must not verify."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.contracts.shop_rows import SignedRow, SigningKey, canonical_json, chain, mac_of, signed_row, verifies

KEY, OTHER = SigningKey("k1", bytes(range(32))), SigningKey("k2", b"x" * 32)
DOCUMENT = {"b": 1, "a": "یک “one” </script>", "c": [None, True, {"z": 0, "y": -1}]}
PAYLOAD = '{"a":"\\u06cc\\u06a9 \\u201cone\\u201d </script>","b":1,"c":[null,true,{"y":-1,"z":0}]}'
MAC = "8339049337fbe1c6625a1807187948de9a8f7e6430f31580b4c9dbfea154a368"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_a_row_to_the_byte() -> None:
    row = signed_row(KEY, "account", DOCUMENT, customer_id=77, epoch=3, number=12)
    assert row == SignedRow(77, 3, 12, PAYLOAD, "k1", MAC)


@pytest.mark.parametrize(
    "changed",
    [
        {"table": "entry"},
        {"payload": PAYLOAD.replace("1", "2", 1)},
        {"payload": PAYLOAD + " "},
        {"payload": "یک"},
        {"key_id": "k2"},
        {"key_id": ""},
        {"mac": ""},
        {"mac": "0" * 64},
        {"mac": "é" * 64},
    ],
)
def test_a_row_that_was_changed_or_moved_does_not_verify(changed: dict[str, str]) -> None:
    good = {"table": "account", "payload": PAYLOAD, "key_id": "k1", "mac": mac_of(KEY, "account", PAYLOAD)}
    assert verifies([OTHER, KEY], **good)
    assert not verifies([OTHER, KEY], **{**good, **changed})
    assert not verifies([], **good)


def test_another_direction_is_another_signature() -> None:
    assert mac_of(KEY, "account", PAYLOAD) != mac_of(KEY, "account", PAYLOAD, direction="shop-to-desk")


def test_a_key_that_took_another_keys_name_does_not_verify() -> None:
    assert not verifies([SigningKey("k1", OTHER.secret)], "account", PAYLOAD, "k1", mac_of(KEY, "account", PAYLOAD))


@given(json_values)
def test_payloads_are_ascii_and_have_one_spelling(document: Any) -> None:
    payload = canonical_json(document)
    assert payload.isascii()
    assert "\n" not in payload
    assert canonical_json(json.loads(payload)) == payload


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"coins": number})


def test_the_digest_depends_on_every_payload_and_their_order() -> None:
    assert chain("", "a") == "7361a6f4b374745deaf896ac72887d55e04107d1a1ff14e5e4d829fb47e82426"
    assert chain(chain("", "a"), "b") != chain(chain("", "b"), "a")


def test_a_key_never_shows_its_secret() -> None:
    assert repr(KEY) == "SigningKey(id='k1')"
    assert "\\x01" not in f"{KEY}"
