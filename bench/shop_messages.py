"""A pretend PrestaShop's customer service, filled with years of messages by a few statements.

Half of the threads belong to customers, half to visitors; customer and staff write in turn, and one message in twenty
is a note. Most threads have a few messages within some hours. One message in twenty goes into one of a few threads that
never end: a contact form puts whatever an address writes into the same one.
"""

from datetime import UTC, datetime, timedelta

from bridge.testing.mariadb import ConnectionParameters
from tests.support.prestashop import PrestaShopShop
from tests.support.shop_database import OPENING_DAY, Sql, moment, one_of

HELP = (
    "Hello, since the update this morning the checkout shows an empty page to all customers. We changed nothing"
    " ourselves. The log of the server says nothing that I understand, I can send it. Could you have a look, please?"
)
IN_RUSSIAN = (
    "Здравствуйте! После обновления не работает выгрузка заказов: файл создаётся, но он пустой. Мы проверили права на"
    " папку, место на диске есть. Подскажите, пожалуйста, где можно посмотреть подробный журнал ошибок?"
)
IN_PERSIAN = (
    "سلام، وقت بخیر. پس از نصب نسخهٔ جدید، صفحهٔ پرداخت برای مشتریان باز نمی‌شود و فقط یک صفحهٔ سفید نمایش داده می‌شود."
    " لطفاً راهنمایی کنید که چه اطلاعاتی برای بررسی لازم است."
)
ANSWER = (
    "Good morning,\r\nwe have looked into it: the module of the carrier overrides the address form. Please disable it"
    " under Modules > Shipping and try again; if the page stays empty, send us the name of the theme.\r\n\r\nBest"
    " regards\r\nCustomer service"
)
TEXTS = (HELP, IN_RUSSIAN, IN_PERSIAN, "Thank you, that helped.", ANSWER)
GROUP, APART = 200, 50
"""In each group of messages so many threads take turns."""
ENDLESS, ENDLESS_EVERY = 500, 20
PERIOD = timedelta(days=730)
"""The messages were written evenly over so long, up to now."""
EMPLOYEE = 1


async def fill(shop_at: ConnectionParameters, messages: int) -> str:
    """Make a shop with that many messages; its rows in words."""
    groups = -(-messages // GROUP)
    threads = ENDLESS + groups * APART
    async with PrestaShopShop(shop_at) as shop:
        await shop.install()
        assert await shop.add_employee() == EMPLOYEE
        await shop.insert_sequence(
            "customer",
            threads // 4,
            {
                "id_shop": 1,
                "id_lang": 1,
                "firstname": "Ada",
                "lastname": "Byron",
                "email": Sql("CONCAT('buyer', seq + 1, '@shop.example')"),
                "active": 1,
                "date_add": OPENING_DAY,
                "date_upd": OPENING_DAY,
            },
        )
        await shop.insert_sequence(
            "customer_thread",
            threads,
            {
                "id_customer_thread": Sql("seq + 1"),
                "id_shop": 1,
                "id_lang": 1,
                "id_contact": 1,
                "id_customer": Sql(f"IF(seq MOD 2, seq DIV 2 MOD {threads // 4} + 1, 0)"),
                "id_order": Sql("IF(seq MOD 4 = 1, seq DIV 4 + 1, 0)"),
                "id_product": 0,
                "status": Sql(f"IF(seq > {threads - 2 * APART}, 'open', 'closed')"),
                "email": Sql("CONCAT(IF(seq MOD 2, 'buyer', 'visitor'), seq DIV 2 + 1, '@shop.example')"),
                "token": "A1b2C3d4E5f6",
                "date_add": OPENING_DAY,
                "date_upd": OPENING_DAY,
            },
        )
        turn = f"(seq MOD {GROUP} DIV {APART})"
        endless = f"seq MOD {ENDLESS_EVERY} = 0"
        apart = int(PERIOD.total_seconds()) // messages
        at = moment(datetime.now(UTC) - timedelta(seconds=apart * messages), "seq", apart)
        of_group = f"{ENDLESS} + seq DIV {GROUP} * {APART} + seq MOD {APART} + 1"
        await shop.insert_sequence(
            "customer_message",
            messages,
            {
                "id_customer_message": Sql("seq + 1"),
                "id_customer_thread": Sql(f"IF({endless}, seq DIV {ENDLESS_EVERY} MOD {ENDLESS} + 1, {of_group})"),
                "id_employee": Sql(f"IF(NOT {endless} AND {turn} MOD 2, {EMPLOYEE}, 0)"),
                "private": Sql(f"IF(NOT {endless} AND {turn} MOD 2 AND seq MOD 10 = 1, 1, 0)"),
                "message": Sql(f"CONCAT({one_of('seq', TEXTS)}, ' (', seq, ')')"),
                "file_name": "",
                "ip_address": "2130706433",
                "user_agent": "Mozilla/5.0",
                "read": 1,
                "date_add": at,
                "date_upd": at,
            },
        )
        await shop.execute("ANALYZE TABLE {customer_message}, {customer_thread}, {customer}")
    return f"{messages:,} messages in {threads:,} threads"
