"""Hosts on which a shop is built and tried, not run: a licence used there takes up no place (rule L6).

It believes: whoever has a licence may try it wherever he likes, so in doubt a host is one where shops are tried. The
list is short, certain and published (docs/licence-api.md shows the same words), so that nobody has to guess.
"""

PRIVATE_ENDINGS = frozenset(
    {
        "corp",
        "docker",
        "example",
        "home",
        "home.arpa",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "private",
        "test",
    }
)
"""Ends of names that mean another machine to everybody, or none; a name without any full stop is private as well."""
STAGING_WORDS = frozenset(
    {
        "dev",
        "devel",
        "develop",
        "development",
        "local",
        "localhost",
        "preprod",
        "preview",
        "qa",
        "sandbox",
        "stage",
        "staging",
        "stg",
        "test",
        "testing",
        "uat",
    }
)
"""First parts of names of at least three parts, a number after them or not: `staging.`, `dev2.`, `test-3.`"""
STAGING_ENDINGS = frozenset(
    {
        "app.github.dev",
        "cloudwaysapps.com",
        "cprapid.com",
        "ddev.site",
        "docksal.site",
        "gitpod.io",
        "hostingersite.com",
        "lndo.site",
        "loca.lt",
        "localtest.me",
        "lvh.me",
        "ngrok-free.app",
        "ngrok-free.dev",
        "ngrok.app",
        "ngrok.dev",
        "ngrok.io",
        "nip.io",
        "sg-host.com",
        "sslip.io",
        "trycloudflare.com",
    }
)
"""Names that tunnels, tools of developers and hosts before a move lend for a while."""


def is_private(name: str) -> bool:
    """Whether a normalised name is no name of the public internet."""
    return "." not in name or _ends(name, PRIVATE_ENDINGS)


def is_staging(name: str) -> bool:
    """Whether a normalised name of the public internet is one where shops are only tried."""
    first, _, rest = name.partition(".")
    if "." in rest and first.rstrip("0123456789").rstrip("-") in STAGING_WORDS:
        return True
    return _ends(name, STAGING_ENDINGS)


def _ends(name: str, endings: frozenset[str]) -> bool:
    """Whether its last part, its last two or its last three are one of these."""
    at = len(name)
    for _ in range(3):
        at = name.rfind(".", 0, at)
        if name[at + 1 :] in endings:
            return True
        if at < 0:
            return False
    return False
