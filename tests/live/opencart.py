"""A running OpenCart, used as its people use it: through its own pages.

It believes what the pages of 3.0, 4.0 and 4.1 are seen to be; what differs between them stands here and nowhere else.
The checkout's steps are the requests that its page's scripts send.
"""

import re
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page

from tests.live.shop_file import ShopFile

OURS = re.compile("support ?bridge|support coins", re.IGNORECASE)
GUEST = {"firstname": "Guest", "lastname": "Buyer", "telephone": "5550100"}
ADDRESS = {
    "company": "",
    "address_1": "1 Long Street",
    "address_2": "",
    "city": "London",
    "postcode": "N1 1AA",
    "country_id": "222",
    "zone_id": "3563",
}
"""Greater London, in the list of countries that every OpenCart comes with."""


class OpenCart:
    """The shop's administrator, its customer and somebody without an account, each before a page of his own."""

    zips = "supportbridge.ocmod.zip"

    def __init__(self, shop: ShopFile, admin: Page, customer: Page, guest: Page) -> None:
        self.shop, self.admin, self.customer, self.guest = shop, admin, customer, guest
        self.is_old = shop.kind == "opencart-3.0"
        if self.is_old:
            self.zips = "supportbridge-3.0.ocmod.zip"
        self._user_token = self._customer_token = ""

    # --- the back office ---

    def log_in_admin(self) -> None:
        page = self.admin
        page.goto(self.shop.admin.address)
        page.fill("#input-username", self.shop.admin.user)
        page.fill("#input-password", self.shop.admin.password)
        page.click("button[type=submit]")
        page.wait_for_url("**user_token=*")
        self._user_token = re.findall(r"user_token=(\w+)", page.url)[0]

    def install(self, zipped: Path) -> None:
        """Extensions > Installer, then Extensions > Modules."""
        page = self.admin
        self._opens("marketplace/installer")
        with page.expect_file_chooser() as chooser:
            page.click("#button-upload")
        chooser.value.set_files(zipped)
        page.locator(".alert-success, #progress-text .text-success").first.wait_for()
        if not self.is_old:
            row = page.locator("#extension tr", has_text=OURS)
            row.locator(".btn-success").click()
            row.locator(".btn-warning").wait_for()
        self._opens("marketplace/extension", type="module")
        row = page.locator("#extension tr", has_text=OURS)
        row.locator(".btn-success").click()
        page.locator("#extension tr", has_text=OURS).locator(".btn-danger").wait_for()

    def opens_status(self) -> None:
        """The extension's own page."""
        self._opens("marketplace/extension", type="module")
        self.admin.locator("#extension tr", has_text=OURS).locator("a.btn-primary").click()
        self.admin.wait_for_url("**supportbridge**")

    def opens_order(self, order: int) -> None:
        self._opens("sale/order/info" if self.is_old else "sale/order.info", order_id=str(order))

    def opens_customer(self, customer: int) -> None:
        self._opens("customer/customer/edit" if self.is_old else "customer/customer.form", customer_id=str(customer))

    def pays(self, order: int) -> None:
        """The order page's history: paid."""
        self.sets(order, self.shop.paid_status)

    def refunds(self, order: int) -> None:
        """The same: the money went back."""
        self.sets(order, self.shop.refunded_status)

    def sets(self, order: int, status: int) -> None:
        """The order page's history: this status."""
        self.opens_order(order)
        page = self.admin
        if page.locator("a[href='#tab-history']").count():
            page.locator("a[href='#tab-history']").first.click()
        page.select_option("#input-order-status", str(status))
        page.click("#button-history")
        page.locator(".alert-success").first.wait_for()

    # --- the storefront ---

    def log_in_customer(self, language: str = "en") -> None:
        page, code = self.customer, self.shop.languages[language]
        page.goto(self._address("account/login", language=code))
        page.fill("#input-email", self.shop.customer.user)
        page.fill("#input-password", self.shop.customer.password)
        page.locator("form:has(#input-password)").locator("[type=submit]").click()
        page.wait_for_url("**account/account**")
        found = re.findall(r"customer_token=(\w+)", page.url)
        self._customer_token = found[0] if found else ""

    def buys(self, product: str = "") -> int:
        """A whole checkout of the package, or of another product, by bank transfer; the order's number."""
        return self._orders(self.customer, product=product)

    def buys_as_guest(self, email: str) -> int:
        """The same by somebody without an account."""
        return self._orders(self.guest, email)

    def _orders(self, page: Page, guest: str = "", product: str = "") -> int:
        [(number,)] = self.shop.database.ask(
            "SELECT product_id FROM {p}product WHERE model = %s AND status = 1", product or self.shop.product
        )
        if self.is_old:
            self._sends(page, "checkout/cart/add", product_id=number, quantity=1)
            self._looks(page, "checkout/checkout")
            if guest:
                self._sends(page, "checkout/guest/save", email=guest, **GUEST, **ADDRESS)
            else:
                shown = self._looks(page, "checkout/payment_address")
                chosen = re.findall(r'name="address_id"[^>]*>\s*<option value="(\d+)"', shown)
                self._sends(page, "checkout/payment_address/save", payment_address="existing", address_id=chosen[0])
            self._looks(page, "checkout/payment_method")
            self._sends(page, "checkout/payment_method/save", payment_method="bank_transfer", comment="", agree=1)
            self._looks(page, "checkout/confirm")
            self._sends(page, "extension/payment/bank_transfer/confirm")
        else:
            self._sends(page, "checkout/cart.add", product_id=number, quantity=1)
            self._looks(page, "checkout/checkout")
            if guest:
                address = {f"payment_{name}": value for name, value in ADDRESS.items()}
                self._sends(page, "checkout/register.save", account=0, email=guest, **GUEST, **address)
            self._sends(page, "checkout/payment_method.getMethods")
            self._sends(page, "checkout/payment_method.save", payment_method="bank_transfer.bank_transfer")
            self._looks(page, "checkout/confirm.confirm")
            self._sends(page, "extension/opencart/payment/bank_transfer.confirm")
        page.goto(self._step(page, "checkout/success"))
        [(order,)] = self.shop.database.ask("SELECT MAX(order_id) FROM {p}order WHERE order_status_id > 0")
        return int(order)

    def customer_id(self) -> int:
        [(number,)] = self.shop.database.ask(
            "SELECT customer_id FROM {p}customer WHERE email = %s", self.shop.customer.user
        )
        return int(number)

    def opens_account(self, language: str = "en") -> None:
        """The account page, in that language."""
        self._speaks(language)
        self.customer.goto(self._address("account/account", language=self.shop.languages[language]))

    def page_address(self, language: str = "en", **query: str | int) -> str:
        """Where a view of our page is."""
        route = "extension/supportbridge/support" if self.is_old else "extension/supportbridge/account/support"
        return self._address(route, language=self.shop.languages[language], **query)

    def opens(self, language: str = "en", **query: str | int) -> None:
        self._speaks(language)
        self.customer.goto(self.page_address(language, **query))

    def _speaks(self, language: str) -> None:
        """3.0 keeps the language in the session; later ones have it in the address."""
        if self.is_old:
            form: dict[str, str | float | bool] = {
                "code": self.shop.languages[language],
                "redirect": self._address("account/account"),
            }
            self.customer.request.post(self._address("common/language/language"), form=form)

    def _opens(self, route: str, **query: str) -> None:
        asked = urlencode({"route": route, **query, "user_token": self._user_token}, safe="/")
        self.admin.goto(f"{self.shop.admin.address}index.php?{asked}")

    def _address(self, route: str, /, **query: str | int) -> str:
        token = {"customer_token": self._customer_token} if self._customer_token else {}
        return f"{self.shop.address}index.php?{urlencode({'route': route, **query, **token}, safe='/')}"

    def _step(self, page: Page, route: str, **query: str) -> str:
        """An address of the checkout; whoever has no account has no token."""
        if page is not self.guest:
            return self._address(route, **query)
        return f"{self.shop.address}index.php?{urlencode({'route': route, **query}, safe='/')}"

    def _looks(self, page: Page, route: str) -> str:
        return page.request.get(self._step(page, route, language=self.shop.languages["en"])).text()

    def _sends(self, page: Page, route: str, **form: str | int) -> None:
        """What the checkout's page sends; an error that it would show is ours."""
        said: dict[str, str | float | bool] = {name: str(value) for name, value in form.items()}
        answer = page.request.post(self._step(page, route, language=self.shop.languages["en"]), form=said)
        assert answer.ok, (route, answer.status)
        assert '"error"' not in answer.text(), (route, answer.text())
