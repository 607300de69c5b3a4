"""Domains as they are written, and the one form they are compared in (rule L6)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.errors import BadDomain
from bridge.services.domain_names import MOST_NAME, HostKind, domain_name, in_letters


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("example.com", "example.com"),
        ("  EXAMPLE.com. ", "example.com"),
        ("www.example.com", "example.com"),
        ("www.www.example.com", "example.com"),
        ("WWW.EXAMPLE.COM:443", "example.com"),
        ("https://www.example.com:8443/shop/index.php?a=b#c", "example.com"),
        ("HTTP://example.com", "example.com"),
        ("//example.com/", "example.com"),
        ("example.com/path\nwith a line", "example.com"),
        ("example.com?x", "example.com"),
        ("www.com", "www.com"),
        ("shop-1.example.co.uk", "shop-1.example.co.uk"),
        ("My_Shop.example.com", "my_shop.example.com"),
        ("_shop_.bücher.com", "_shop_.xn--bcher-kva.com"),
        ("my--shop.example.com", "my--shop.example.com"),
        ("bücher.example.com", "xn--bcher-kva.example.com"),
        ("BÜCHER.example.com", "xn--bcher-kva.example.com"),
        ("xn--bcher-kva.example.com", "xn--bcher-kva.example.com"),
        ("مثال.ایران", "xn--mgbh0fb.xn--mgba3a4f16a"),
        ("www.МАГАЗИН.рф", "xn--80aairftm.xn--p1ai"),
        ("example。com", "example.com"),
    ],
)
def test_L6_one_shop_is_one_domain_however_it_is_written(written: str, name: str) -> None:
    found = domain_name(written)
    assert found == (name, HostKind.PUBLIC)
    assert found.takes_a_place


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("localhost:8080", "localhost"),
        ("http://www.localhost/shop", "localhost"),
        ("myshop", "myshop"),
        ("shop.test", "shop.test"),
        ("127.0.0.1", "127.0.0.1"),
        ("http://192.168.1.10:8080/shop", "192.168.1.10"),
        ("[::1]:8080", "::1"),
        ("http://[FD00:0::1]/", "fd00::1"),
    ],
)
def test_L6_a_private_host_takes_no_place(written: str, name: str) -> None:
    found = domain_name(written)
    assert found == (name, HostKind.PRIVATE)
    assert not found.takes_a_place


def test_L6_a_staging_host_takes_no_place() -> None:
    found = domain_name("https://www.Staging2.example.com/")
    assert found == ("staging2.example.com", HostKind.STAGING)
    assert not found.takes_a_place


@pytest.mark.parametrize("written", ["8.8.8.8", "https://8.8.8.8/shop", "[2a00:1450::1]", "[::]", "224.0.0.1"])
def test_L6_an_address_of_the_internet_is_no_domain(written: str) -> None:
    with pytest.raises(BadDomain, match="an address is no domain name") as refused:
        domain_name(written)
    assert refused.value.reason == "address"


@pytest.mark.parametrize("written", ["10.1", "2130706433", "0x7f000001", "0x7f.1", "1.2.3.4.5", "999.1.1.1", "[::g]"])
def test_L6_half_an_address_is_neither(written: str) -> None:
    with pytest.raises(BadDomain):
        domain_name(written)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", ".", "..", "a..com", "-a.com", "a-.com", "a_-.com", "a b.com", "a=b.com", "x" * 64 + ".com", "://", "http://",
        "user@example.com", "https://user:word@example.com/", "ftp://example.com", "javascript:alert(1)",
        "example.com\\evil", "example.com:port", "exa\x00mple.com", "*.example.com", "\ud800.com", "[::1", "\u200d.com",
    ],
)  # fmt: skip
def test_L6_what_is_no_domain_is_refused(written: str) -> None:
    with pytest.raises(BadDomain):
        domain_name(written)


@pytest.mark.parametrize("written", ["xn--a.com", "xn--.com", "xn--zzzzzzzzzzzz99999.com"])
def test_L6_punycode_that_does_not_decode_is_refused(written: str) -> None:
    with pytest.raises(BadDomain, match="that is no domain name"):
        domain_name(written)


def test_L6_a_name_of_300_characters_is_refused() -> None:
    name = ".".join(["a" * 59] * 5)
    assert len(name) == 299
    with pytest.raises(BadDomain, match="at most 253 characters"):
        domain_name(name + "b")
    with pytest.raises(BadDomain, match="at most 253 characters"):
        domain_name("a" * 10_000)
    assert len(domain_name(".".join(["a" * 49] * 5)).name) <= MOST_NAME


def test_L6_a_domain_is_shown_in_the_letters_of_its_language() -> None:
    for written in ("bücher.example.com", "فروشگاه.ایران", "магазин.рф", "shop.example"):
        assert in_letters(domain_name(written).name) == written
    assert in_letters("xn--a.example") == "xn--a.example", "what is no such name stays as it is"


@given(st.text(max_size=40) | st.from_regex(r"\A(www\.)?[a-zA-Z0-9ü_.:/@-]{1,40}\Z"))
@example("xn--www-.com")
@example("www.1")
@example("WWW.ß.com")
def test_L6_whatever_is_written_is_refused_or_has_one_form_that_stays(written: str) -> None:
    try:
        found = domain_name(written)
    except BadDomain:
        return
    again = f"[{found.name}]" if ":" in found.name else found.name
    assert domain_name(again) == found
    assert found.name == found.name.lower()
    assert found.name.isascii()
    assert 0 < len(found.name) <= MOST_NAME
    assert domain_name(in_letters(again)) == found
