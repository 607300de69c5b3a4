"""What the program schemathesis is told beside the API's description: how a host looks where one is asked for.

A description can name the format of a text, not spell out what the name system and every script of the world allow.
"""

import schemathesis
from hypothesis import strategies as st

LABEL = st.from_regex(r"\A[a-z0-9]([a-z0-9-]?[a-z0-9]){0,8}\Z")
IDN = st.sampled_from(["bücher.example.com", "магазин.рф", "مثال.ایران", "xn--bcher-kva.example.com"])
NAMES = st.lists(LABEL, min_size=1, max_size=5).map(lambda labels: ".".join([*labels, "com"])) | IDN
WEB_ADDRESSES = st.builds(
    "{}{}{}{}".format,
    *map(st.sampled_from, (("", "https://", "HTTP://"), ("", "www."))),
    NAMES,
    st.sampled_from(("", ":8080", "/", "/shop/index.php?a=b#c")),
)
HERE = st.sampled_from(["localhost", "127.0.0.1:8080", "[::1]", "staging.example.com", "shop.test"])

schemathesis.openapi.format("shop-host", WEB_ADDRESSES | HERE)
