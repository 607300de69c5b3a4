"""Every wrong line of a store's file is told with its place, its rule and its value."""

from pathlib import Path

import pytest

from tests.support.settings_files import GOOD_STORE, changed, messages, with_section, write_config

SECOND_PLAN = '[plans.gold]\ncoins = 900\nproduct_codes = ["SUPPORT-GOLD"]\nname = { en = "Gold" }'
SOCKET = 'socket = "/run/mysqld/mysqld.sock"'

WRONG: dict[str, tuple[str, str]] = {
    # --- the file itself
    "no equals sign": (
        changed("[coins]", "[coins]\nstart 2026-01-01"),
        "line 11, column 7: is not valid TOML (Expected '=' after a key in a key/value pair)",
    ),
    "an unclosed string": (
        GOOD_STORE + 'note = "',
        "end of the file: is not valid TOML (Unterminated string)",
    ),
    "a table named twice": (
        with_section("[coins]"),
        "line 22, column 7: is not valid TOML (the table [coins] stands in it twice)",
    ),
    "a table of a table named twice": (
        with_section("[plans.base]"),
        "line 22, column 12: is not valid TOML (the table [plans.base] stands in it twice)",
    ),
    "a day that is not there": (
        changed("start = 2026-01-01", "start = 2026-02-30"),
        "line 11, column 9: is not valid TOML (Invalid date or datetime)",
    ),
    "a number without end": (
        changed("coins = 550", f"coins = {'9' * 5_000}"),
        "is not valid TOML (a value is out of every range)",
    ),
    "lists in lists in lists": (
        GOOD_STORE + f"note = {'[' * 5_000}",
        "is not valid TOML (nested too deep)",
    ),
    # --- keys
    "a misspelt key": (
        changed("coins = 550", "coins = 550\nvalid_month = 12"),
        "plans.base.valid_month: is not a known setting; did you mean valid_months?",
    ),
    "a misspelt section": (
        with_section("[limit]\nconnections = 2"),
        "limit: is not a known setting; did you mean limits?",
    ),
    "a key in the wrong section": (
        changed("[coins]", '[coins]\nlanguages = ["en"]'),
        "coins.languages: is not a known setting here; did you mean languages?",
    ),
    "a key like nothing we know": (
        with_section("[whatever]"),
        "whatever: is not a known setting",
    ),
    "an odd key": (
        'a"b = 1\n' + GOOD_STORE,
        "line 1, column 2: is not valid TOML (Expected '=' after a key in a key/value pair)",
    ),
    "a quoted odd key": (
        '"a b" = 1\n' + GOOD_STORE,
        '"a b": is not a known setting',
    ),
    "a section that is a number": (
        "sync = 5\n" + GOOD_STORE,
        "sync: must be a table, not 5",
    ),
    "a list of sections where one belongs": (
        with_section("[[sync]]\npoll_seconds = 5"),
        "sync: must be a table, not a list of tables",
    ),
    # --- the store
    "no platform": (
        changed('platform = "opencart"', ""),
        'platform: must be set, for example "opencart"',
    ),
    "a platform with odd characters": (
        changed('platform = "opencart"', 'platform = "Open Cart"'),
        'platform: must be the name of a platform plugin, such as opencart or prestashop, not "Open Cart"',
    ),
    "a platform that no plugin serves": (
        changed('platform = "opencart"', 'platform = "opencard"'),
        (
            "platform: must be one of the plugins that bridge.toml enables (opencart, prestashop), not "
            '"opencard"; did you mean opencart?'
        ),
    ),
    "no zone": (
        changed('zone = "Asia/Tehran"', ""),
        'zone: must be set, for example "Asia/Tehran"',
    ),
    "a misspelt zone": (
        changed('zone = "Asia/Tehran"', 'zone = "Asia/Teheran"'),
        ('zone: must be the name of a time zone such as Asia/Tehran, not "Asia/Teheran"; did you mean Asia/Tehran?'),
    ),
    "a zone that is a path": (
        changed('zone = "Asia/Tehran"', 'zone = "../../etc/passwd"'),
        'zone: must be the name of a time zone such as Asia/Tehran, not "../../etc/passwd"',
    ),
    "a zone that only this machine knows": (
        changed('zone = "Asia/Tehran"', 'zone = "localtime"'),
        'zone: must be the name of a time zone such as Asia/Tehran, not "localtime"',
    ),
    "a zone that is a continent": (
        changed('zone = "Asia/Tehran"', 'zone = "Asia"'),
        'zone: must be the name of a time zone such as Asia/Tehran, not "Asia"',
    ),
    "a zone that is an offset": (
        changed('zone = "Asia/Tehran"', 'zone = "+03:30"'),
        'zone: must be the name of a time zone such as Asia/Tehran, not "+03:30"',
    ),
    "a language we don't speak": (
        'languages = ["en", "de"]\n' + GOOD_STORE,
        'languages[2]: must be "en", "ru" or "fa", not "de"',
    ),
    "no language": (
        "languages = []\n" + GOOD_STORE,
        "languages: must name at least one language",
    ),
    "a language twice": (
        'languages = ["en", "en"]\n' + GOOD_STORE,
        'languages[2]: a language must not be named twice, not "en"',
    ),
    "a language that is not in a list": (
        'languages = "en"\n' + GOOD_STORE,
        'languages: must be a list in [ ], not "en"',
    ),
    "a negative shop": (
        "shop_ids = [0, -1]\n" + GOOD_STORE,
        "shop_ids[2]: must be a whole number of at least 0, not -1",
    ),
    "a shop twice": (
        "shop_ids = [3, 3]\n" + GOOD_STORE,
        "shop_ids[2]: a shop must not be named twice, not 3",
    ),
    "enabled in quotes": (
        'enabled = "yes"\n' + GOOD_STORE,
        'enabled: must be true or false, not "yes"',
    ),
    # --- the database
    "host and socket": (
        changed(SOCKET, SOCKET + '\nhost = "127.0.0.1"'),
        "database: must name either host or socket, not both",
    ),
    "neither host nor socket": (
        changed(SOCKET, ""),
        "database: must name either host or socket, one of them must be set",
    ),
    "a port with socket": (
        changed(SOCKET, SOCKET + "\nport = 3306"),
        "database.port: has no meaning with socket; leave the line out",
    ),
    "a relative socket": (
        changed(SOCKET, 'socket = "mysqld.sock"'),
        'database.socket: must be an absolute path, beginning with /, not "mysqld.sock"',
    ),
    "a port in the host": (
        changed(SOCKET, 'host = "db.example.com:3306"'),
        (
            "database.host: must be a host's name or address alone (the port has its own line), not "
            '"db.example.com:3306"'
        ),
    ),
    "a port beyond the last": (
        changed(SOCKET, 'host = "127.0.0.1"\nport = 70000'),
        "database.port: must be a whole number of at most 65,535, not 70000",
    ),
    "no encryption to another machine": (
        changed(SOCKET, 'host = "db.example.com"\ntls = "off"'),
        (
            'database.tls: must be "required": the password and the customers\' data would cross the network'
            ' in the clear (allow_plaintext = true accepts that), not "off"'
        ),
    ),
    "encryption by another word": (
        changed(SOCKET, 'host = "db.example.com"\ntls = "preferred"'),
        'database.tls: must be "required" or "off", not "preferred"',
    ),
    "encryption over a socket": (
        changed(SOCKET, SOCKET + '\ntls = "required"'),
        "database.tls: a socket is never encrypted; leave the line out",
    ),
    "an authority without encryption": (
        changed(SOCKET, 'host = "127.0.0.1"\ntls = "off"\ntls_ca = "/etc/ca.pem"'),
        'database.tls_ca: has no meaning with tls = "off"; leave the line out',
    ),
    "a prefix with a hyphen": (
        changed('prefix = "oc_"', 'prefix = "oc-"'),
        'database.prefix: must be letters, digits and _ only, at most 32, not "oc-"',
    ),
    "a prefix that is SQL": (
        changed('prefix = "oc_"', 'prefix = "oc_`; DROP TABLE x; --"'),
        'database.prefix: must be letters, digits and _ only, at most 32, not "oc_`; DROP TABLE x; --"',
    ),
    "a prefix in another script": (
        changed('prefix = "oc_"', 'prefix = "магазин_"'),
        'database.prefix: must be letters, digits and _ only, at most 32, not "магазин_"',
    ),
    "a prefix too long": (
        changed('prefix = "oc_"', f'prefix = "{"p" * 33}"'),
        ('database.prefix: must be letters, digits and _ only, at most 32, not "ppppppppppppppppppppppppppppppppp"'),
    ),
    "no prefix": (
        changed('prefix = "oc_"', ""),
        'database.prefix: must be set, for example "oc_"',
    ),
    "a database's name with a backtick": (
        changed('name = "shop"', 'name = "sh`op"'),
        (
            "database.name: must be a database's name: 1 to 64 characters, without ` / \\ and control "
            'characters, not "sh`op"'
        ),
    ),
    "no user": (
        changed('user = "supportbridge"', 'user = ""'),
        'database.user: must be a database user\'s name: 1 to 80 characters, no control characters, not ""',
    ),
    "a timeout of nothing": (
        changed(SOCKET, SOCKET + "\nconnect_timeout_seconds = 0"),
        "database.connect_timeout_seconds: must be a number of at least 0.1, not 0",
    ),
    "an endless timeout": (
        changed(SOCKET, SOCKET + "\nstatement_timeout_seconds = inf"),
        "database.statement_timeout_seconds: must be a number, not inf",
    ),
    # --- coins (rules C2 and C14)
    "no first day of the coins": (
        changed("start = 2026-01-01", ""),
        "coins.start: must be set, for example 2026-01-01",
    ),
    "a first day in quotes": (
        changed("start = 2026-01-01", 'start = "2026-01-01"'),
        'coins.start: must be a date without quotes and time, such as 2026-01-01, not "2026-01-01"',
    ),
    "a first day with a time": (
        changed("start = 2026-01-01", "start = 2026-01-01T00:00:00"),
        "coins.start: must be a date without quotes and time, such as 2026-01-01, not 2026-01-01 00:00:00",
    ),
    "a first day before the first web shop": (
        changed("start = 2026-01-01", "start = 0026-01-01"),
        "coins.start: must be a date not before 2000-01-01, not 0026-01-01",
    ),
    "a fuse that always blows": (
        changed("start = 2026-01-01", "start = 2026-01-01\nfuse_units = 0"),
        "coins.fuse_units: must be a whole number of at least 1, not 0",
    ),
    "a status in granting and revoking": (
        with_section("[coins.statuses]\ngranting = [3, 5]\nrevoking = [5, 7]"),
        "coins.statuses.granting[2]: must not be in granting and in revoking, not 5",
    ),
    "a status in granting and chargeback": (
        with_section("[coins.statuses]\ngranting = [3, 13]\nchargeback = [13]"),
        "coins.statuses.granting[2]: must not be in granting and in chargeback, not 13",
    ),
    "a status twice in one set": (
        with_section("[coins.statuses]\ngranting = [3, 3]"),
        "coins.statuses.granting[2]: must not be named twice, not 3",
    ),
    "a set that grants nothing": (
        with_section("[coins.statuses]\ngranting = []"),
        "coins.statuses.granting: must name at least one status; leave the line out to use the shop's own",
    ),
    "a status by name": (
        with_section('[coins.statuses]\nrevoking = ["Refunded"]'),
        'coins.statuses.revoking[1]: must be a whole number, not "Refunded"',
    ),
    "status 0, which is no order yet": (
        with_section("[coins.statuses]\ngranting = [0]"),
        "coins.statuses.granting[1]: must be a whole number of at least 1, not 0",
    ),
    # --- plans (rule C1)
    "no plan": (
        GOOD_STORE.partition("[plans.base]")[0] + '[plans]\n\n[[staff]]\nname = "Anna"\nemail = "a@example.com"\n',
        "plans: must name at least one plan",
    ),
    "negative coins": (
        changed("coins = 550", "coins = -5"),
        "plans.base.coins: must be a whole number of at least 1, not -5",
    ),
    "no coins": (
        changed("coins = 550", "coins = 0"),
        "plans.base.coins: must be a whole number of at least 1, not 0",
    ),
    "more coins than anybody sells": (
        changed("coins = 550", "coins = 5_000_000"),
        "plans.base.coins: must be a whole number of at most 1,000,000, not 5000000",
    ),
    "more coins than a computer counts": (
        changed("coins = 550", f"coins = {10**30}"),
        "plans.base.coins: must be a whole number of at most 1,000,000, not 1000000000000000000000000000000",
    ),
    "half a coin": (
        changed("coins = 550", "coins = 550.5"),
        "plans.base.coins: must be a whole number, not 550.5",
    ),
    "coins that are whole but not written so": (
        changed("coins = 550", "coins = 550.0"),
        "plans.base.coins: must be a whole number, not 550.0",
    ),
    "coins in quotes": (
        changed("coins = 550", 'coins = "550"'),
        'plans.base.coins: must be a whole number, not "550"',
    ),
    "coins that are true": (
        changed("coins = 550", "coins = true"),
        "plans.base.coins: must be a whole number, not true",
    ),
    "coins that are no number": (
        changed("coins = 550", "coins = nan"),
        "plans.base.coins: must be a whole number, not nan",
    ),
    "no size": (
        changed("coins = 550", ""),
        "plans.base.coins: must be set, for example 300",
    ),
    "a plan without a product code": (
        changed('product_codes = ["SUPPORT-BASE"]', "product_codes = []"),
        ("plans.base.product_codes: must name at least one product code, or no purchase can ever grant this plan"),
    ),
    "a plan without the line of product codes": (
        changed('product_codes = ["SUPPORT-BASE"]', ""),
        'plans.base.product_codes: must be set, for example ["SUPPORT-BASE"]',
    ),
    "an empty product code": (
        changed('product_codes = ["SUPPORT-BASE"]', 'product_codes = ["SUPPORT-BASE", " "]'),
        "plans.base.product_codes[2]: must not be empty",
    ),
    "a product code with a blank at its end": (
        changed('product_codes = ["SUPPORT-BASE"]', 'product_codes = ["SUPPORT-BASE "]'),
        'plans.base.product_codes[1]: must not begin or end with a blank, not "SUPPORT-BASE "',
    ),
    "a product code with a line break": (
        changed('product_codes = ["SUPPORT-BASE"]', 'product_codes = ["SUPPORT\\nBASE"]'),
        'plans.base.product_codes[1]: must not contain control characters, not "SUPPORT\\nBASE"',
    ),
    "a product code twice in a plan": (
        changed('product_codes = ["SUPPORT-BASE"]', 'product_codes = ["SUPPORT-BASE", "SUPPORT-BASE"]'),
        'plans.base.product_codes[2]: must not be named twice, not "SUPPORT-BASE"',
    ),
    "two plans with one product code": (
        with_section(SECOND_PLAN.replace("SUPPORT-GOLD", "SUPPORT-BASE")),
        'plans.gold.product_codes[1]: must stand for one thing: "SUPPORT-BASE" grants the plan base already',
    ),
    "two plans with one product code in other capitals": (
        with_section(SECOND_PLAN.replace("SUPPORT-GOLD", "Support-Base")),
        'plans.gold.product_codes[1]: must stand for one thing: "Support-Base" grants the plan base already',
    ),
    "a plan's key with odd characters": (
        with_section(SECOND_PLAN.replace("plans.gold", 'plans."Gold plan"')),
        (
            'plans."Gold plan": a plan\'s key must be lower-case letters, digits, - and _, beginning with a '
            "letter, at most 32"
        ),
    ),
    "a plan without an English name": (
        changed('name = { en = "Base" }', 'name = { ru = "Базовый" }'),
        "plans.base.name.en: must be set: it stands in where another language is missing",
    ),
    "a plan's name in a language we don't speak": (
        changed('name = { en = "Base" }', 'name = { en = "Base", de = "Basis" }'),
        "plans.base.name.de: is not a language of the bridge (en, ru, fa)",
    ),
    "a plan's name that is no table": (
        changed('name = { en = "Base" }', 'name = "Base"'),
        'plans.base.name: must be a table, for example { en = "Base" }, not "Base"',
    ),
    "a plan for ever": (
        changed("coins = 550", "coins = 550\nvalid_months = 1000"),
        "plans.base.valid_months: must be a whole number of at most 120, not 1000",
    ),
    "a plan that nobody is served under": (
        changed("coins = 550", "coins = 550\nservice_days = []"),
        "plans.base.service_days: must name at least one day",
    ),
    "a day of the week twice": (
        changed("coins = 550", 'coins = 550\nservice_days = ["monday", "monday"]'),
        'plans.base.service_days[2]: must not be named twice, not "monday"',
    ),
    "a day that is none": (
        changed("coins = 550", 'coins = 550\nservice_days = ["Monday"]'),
        (
            'plans.base.service_days[1]: must be "monday", "tuesday", "wednesday", "thursday", "friday", "saturday" or '
            '"sunday", not "Monday"'
        ),
    ),
    "a script in the place of an address to buy at": (
        changed("coins = 550", 'coins = 550\nbuy_url = "javascript:alert(1)"'),
        'plans.base.buy_url: must be a web address, beginning with https://, not "javascript:alert(1)"',
    ),
    "a password in the address to buy at": (
        changed("coins = 550", 'coins = 550\nbuy_url = "https://me:secret@shop.example.com/"'),
        "plans.base.buy_url: must be a web address, beginning with https://",
    ),
    # --- pace and limits
    "reading all the time": (
        with_section("[sync]\npoll_seconds = 0"),
        "sync.poll_seconds: must be a number of at least 0.05, not 0",
    ),
    "hints asked for without a pause": (
        with_section("[sync]\nhint_seconds = 0.0001"),
        "sync.hint_seconds: must be 0, which never asks, or at least 0.05, not 0.0001",
    ),
    "a negative pause": (
        with_section("[sync]\nsettle_seconds = -1.5"),
        "sync.settle_seconds: must be a number of at least 0, not -1.5",
    ),
    "a page without end": (
        with_section("[sync]\npage_orders = 1_000_000"),
        "sync.page_orders: must be a whole number of at most 5,000, not 1000000",
    ),
    "too many connections": (
        with_section("[limits]\nconnections = 9"),
        "limits.connections: must be a whole number of at most 8, not 9",
    ),
    "stale before it can be read again": (
        with_section("[sync]\npoll_seconds = 60\n[limits]\nstale_after_seconds = 30"),
        (
            "limits.stale_after_seconds: must be longer than sync.poll_seconds (60), or the store is never "
            "healthy, not 30"
        ),
    ),
    # --- staff
    "no staff": (
        GOOD_STORE.partition("[[staff]]")[0],
        "staff: must be set",
    ),
    "an empty list of staff": (
        "staff = []\n" + GOOD_STORE.partition("[[staff]]")[0],
        "staff: must name at least one person",
    ),
    "two people of one name": (
        with_section('[[staff]]\nname = "anna"\nemail = "other@example.com"'),
        'staff[2].name: must differ from the name of staff[1], not "anna"',
    ),
    "an e-mail without a domain": (
        changed('email = "anna@example.com"', 'email = "anna"'),
        'staff[1].email: must be an e-mail address, not "anna"',
    ),
    "an e-mail that smuggles a header": (
        changed('email = "anna@example.com"', 'email = "anna@example.com\\nBcc: x@example.com"'),
        'staff[1].email: must be an e-mail address, not "anna@example.com\\nBcc: x@example.com"',
    ),
    "one employee of the shop who is two people": (
        with_section(
            '[[staff]]\nname = "Boris"\nemail = "boris@example.com"\nshop_employees = [3]',
            changed('name = "Anna"', 'name = "Anna"\nshop_employees = [2, 3]'),
        ),
        "staff[2].shop_employees[1]: must not be a number of staff[1] too, not 3",
    ),
    "hours of a person that overlap": (
        changed('name = "Anna"', 'name = "Anna"\nhours = ["09:00-13:00", "12:00-18:00"]'),
        'staff[1].hours[2]: must not overlap 09:00-13:00, not "12:00-18:00"',
    ),
    # --- tickets
    "a plan that is called as no plan is (T2)": (
        changed("[plans.base]", "[plans.licence]"),
        "plans.licence: must not be one of package, licence, none, which stand for customers without a plan",
    ),
    "an answer in no time (T3)": (
        with_section("[tickets]\nfirst_answer_hours = 0"),
        "tickets.first_answer_hours: must be a number of at least 0.1, not 0",
    ),
    "a warning at the breach itself (T7)": (
        with_section("[tickets]\nwarn_percents = [50, 100]"),
        "tickets.warn_percents[2]: must be a whole number of at most 99, not 100",
    ),
    "an escalation that is one table (T7)": (
        with_section("[tickets.escalation]\nafter_hours = 2"),
        "tickets.escalation: must be a list of tables, each written under [[tickets.escalation]], not a table",
    ),
    "a file that is larger than all of a customer's": (
        with_section("[files]\ncustomer_megabytes = 4"),
        "files.customer_megabytes: must not be less than files.file_megabytes (5), not 4",
    ),
    "a customer's files that are more than all of the store's": (
        with_section("[files]\nstore_megabytes = 99"),
        "files.store_megabytes: must not be less than files.customer_megabytes (100), not 99",
    ),
    "an escalation to nobody who works there (T7)": (
        with_section('[[tickets.escalation]]\nafter_hours = 2\nto = ["Boris"]'),
        'tickets.escalation[1].to[1]: must be the name of one of the staff (Anna), not "Boris"',
    ),
    "escalations that go backwards (T7)": (
        with_section("[[tickets.escalation]]\nafter_hours = 2\n[[tickets.escalation]]\nafter_hours = 1"),
        "tickets.escalation[2].after_hours: must be later than the step before it, not 1",
    ),
    "a canned answer with a variable that there is not": (
        with_section('[macros.hello]\ntext = { en = "Dear {name}, ticket {ticket} ..." }'),
        (
            "macros.hello.text.en: has {name}, which stands for nothing; the variables are {ticket}, {subject}, {due}, "
            "{coins}, {store}"
        ),
    ),
    "a canned answer with half a variable": (
        with_section('[macros.hello]\ntext = { en = "{ticket" }'),
        (
            "macros.hello.text.en: has a brace that is no variable; the variables are {ticket}, {subject}, {due}, "
            "{coins}, {store}, and {{ stands for a brace"
        ),
    ),
    "a person without a name": (
        changed('name = "Anna"', 'name = ""'),
        "staff[1].name: must not be empty",
    ),
}


@pytest.mark.parametrize(("text", "problem"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_store_file_is_told_by_place_rule_and_value(tmp_path: Path, text: str, problem: str) -> None:
    told = messages(write_config(tmp_path, stores={"acme.toml": text}))
    assert told == [f"stores/acme.toml: {problem}"]
