"""The licence API does what its description says, whatever is sent: tried by schemathesis, and by hypothesis."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.licence_answers import LicenceQuestion
from bridge.services.domain_names import domain_name
from bridge.web.licence_questions import FIELDS, question_of
from bridge.web.questions import Refused
from tests.support.licence_field import the_field

ROOT = Path(__file__).parents[3]
ENOUGH = 20
"""Examples of each kind for each route."""

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("phases", "hooks", "accepted"),
    [
        ("examples,fuzzing", "tests.support.schemathesis_hooks", ("200", "403")),
        ("coverage", "", ("200", "403", "422")),  # texts at the edge of their lengths, which are no hosts
    ],
)
async def test_L6_schemathesis_finds_nothing_that_the_description_does_not_say(
    tmp_path: Path, phases: str, hooks: str, accepted: tuple[str, ...]
) -> None:
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(
        "[checks]\n"
        # What is too large is refused as well: single texts can be that much too long.
        'negative_data_rejection.expected-statuses = ["400", "405", "413", "415", "422"]\n'
        f"positive_data_acceptance.expected-statuses = {json.dumps(accepted)}\n"
    )
    async with the_field() as field:
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "schemathesis.cli", "--config-file", settings,
            "run", f"{field.pages.address}/api/v1/openapi.json",
            "--phases", phases, "--max-examples", str(ENOUGH), "--seed", "7", "--no-color",
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": hooks, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await program.communicate()
        assert program.returncode == 0, said.decode()[-4_000:]
        assert "Selected: 3/3" in said.decode()
        assert len(field.desk.asked) > ENOUGH


@given(st.binary(max_size=200) | ANYTHING.map(json.dumps).map(str.encode))
def test_L6_any_body_is_a_question_or_refused(body: bytes) -> None:
    read = _read(body)
    if isinstance(read, Refused):
        assert read.status in {400, 422}
        assert read.message.isprintable()


@given(st.fixed_dictionaries({}, optional={name: ANYTHING | st.text(max_size=70) for name in FIELDS}))
def test_L6_whatever_the_texts_of_a_question_are_it_is_one_or_refused(sent: dict[str, Any]) -> None:
    read = _read(json.dumps({"store": "acme", "domain": "shop.example.com", **sent}).encode())
    if isinstance(read, Refused):
        assert read.status in {400, 422}
        assert read.message.partition(":")[0] in FIELDS
    else:
        question, host = read
        assert domain_name(host).name == question.domain


def _read(body: bytes) -> tuple[LicenceQuestion, str] | Refused:
    try:
        return question_of(body)
    except Refused as refused:
        return refused
