"""How much of files is taken and kept (rules T12, D4).

Believes: whoever may attach files can fill a disk, so each of the sums has an end; which types are taken is no setting.
"""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from bridge.domain.files import MEBIBYTE, FileTerms
from bridge.settings.base import Broken, Section, all_broken

LARGEST_MEGABYTES = 10_485_760


class FileSettings(Section):
    """Files of messages, for one store. A megabyte is 1,048,576 bytes."""

    file_megabytes: Annotated[int, Field(ge=1, le=5)] = Field(
        default=5, description="The most megabytes that one file may have; the shop's page takes no more than 5."
    )
    files_per_message: Annotated[int, Field(ge=0, le=5)] = Field(
        default=5, description="The most files that go with one message; 0 takes none."
    )
    customer_megabytes: Annotated[int, Field(ge=1, le=LARGEST_MEGABYTES)] = Field(
        default=100, description="The most megabytes that are kept of what one customer has sent."
    )
    store_megabytes: Annotated[int, Field(ge=1, le=LARGEST_MEGABYTES)] = Field(
        default=10_240, description="The most megabytes that are kept of the store's files, staff's too."
    )

    @model_validator(mode="after")
    def _what_fits_into_what(self) -> Self:
        sizes = ("file_megabytes", "customer_megabytes", "store_megabytes")
        found = [
            Broken(f"must not be less than files.{less} ({getattr(self, less)})", (more,), str(getattr(self, more)))
            for less, more in pairwise(sizes)
            if getattr(self, more) < getattr(self, less)
        ]
        if found:
            raise all_broken(found)
        return self

    @property
    def terms(self) -> FileTerms:
        """The same for the rules."""
        return FileTerms(
            file_bytes=self.file_megabytes * MEBIBYTE,
            message_files=self.files_per_message,
            customer_bytes=self.customer_megabytes * MEBIBYTE,
            store_bytes=self.store_megabytes * MEBIBYTE,
        )


class AllFilesSettings(Section):
    """Files of messages, for all stores together."""

    all_megabytes: Annotated[int, Field(ge=1, le=LARGEST_MEGABYTES)] = Field(
        default=51_200, description="The most megabytes that the files of all stores take on the disk beside the desk."
    )

    @property
    def all_bytes(self) -> int:
        """The same in bytes."""
        return self.all_megabytes * MEBIBYTE
