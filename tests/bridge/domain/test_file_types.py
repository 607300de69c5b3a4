"""What a file is, its content says: a name that promises something else is not believed."""

import pytest

from bridge.domain.files import type_of
from tests.support.file_contents import FALSE, TRUE


@pytest.mark.parametrize(("name", "content", "kind"), TRUE)
def test_a_file_that_is_what_its_name_says_is_taken(name: str, content: bytes, kind: str) -> None:
    assert type_of(name, content) == kind


@pytest.mark.parametrize(("name", "content"), FALSE)
def test_a_file_that_is_not_what_its_name_says_is_not(name: str, content: bytes) -> None:
    assert type_of(name, content) is None
