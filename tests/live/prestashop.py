"""A running PrestaShop 8 or 9 or thirty bees, used as its people use it: through its own pages.

It believes what those pages are seen to be; what differs between them stands here and nowhere else. The checkout's
steps are the requests that its page's scripts send.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode, urljoin

from playwright.sync_api import Page

from tests.live.shop_file import ShopFile

GUEST = {"firstname": "Guest", "lastname": "Buyer"}
ADDRESS = {
    "address1": "1 Long Street",
    "city": "Springfield",
    "postcode": "10001",
    "id_country": "21",
    "id_state": "1",
    "phone": "5550100",
    "phone_mobile": "5550100",
    "alias": "Home",
}
"""The United States, in the list of countries that both come with."""


class PrestaShop:
    """The shop's employee, its customer and somebody without an account, each before a page of his own."""

    zips = "supportbridge.zip"

    def __init__(self, shop: ShopFile, admin: Page, customer: Page, guest: Page) -> None:
        self.shop, self.admin, self.customer, self.guest = shop, admin, customer, guest
        self.is_old = shop.kind == "thirtybees"

    # --- the back office ---

    def log_in_admin(self) -> None:
        page = self.admin
        page.goto(self.shop.admin.address)
        page.fill("#email", self.shop.admin.user)
        page.fill("#passwd", self.shop.admin.password)
        page.locator("[name=submitLogin], #submit_login").first.click()
        page.wait_for_url("**AdminDashboard**")

    def install(self, zipped: Path) -> None:
        """The module manager's upload."""
        page = self.admin
        if self.is_old:
            self._follows("AdminModules")
            page.locator("#desc-module-new").click()
            page.locator("input[type=file]#file").set_input_files(zipped)
            page.click("[name=download]")
            page.wait_for_load_state()
            page.goto(self._link('a[href*="install=supportbridge"]'))
        else:
            self._follows("improve/modules/manage")
            page.locator("#page-header-desc-configuration-add_module").click()
            page.locator("input[type=file].dz-hidden-input").set_input_files(zipped)
            page.locator(".module-import-success").wait_for(state="visible", timeout=180_000)

    def opens_status(self) -> None:
        """The module's own page."""
        if self.is_old:
            self._follows("AdminModules")
            self.admin.goto(self._link('a[href*="configure=supportbridge"]'))
        else:
            self._follows("improve/modules/manage")
            self.admin.goto(self._link('a[href*="configure=supportbridge"], a[href*="configure/supportbridge"]'))

    def opens_order(self, order: int) -> None:
        if self.is_old:
            self.admin.goto(self._link('a[href*="controller=AdminOrders"]') + f"&id_order={order}&vieworder")
        else:
            listed = self._link('a[href*="/sell/orders/?"]')
            self.admin.goto(listed.replace("/sell/orders/?", f"/sell/orders/{order}/view?", 1))

    def opens_customer(self, customer: int) -> None:
        if self.is_old:
            listed = self._link('a[href*="controller=AdminCustomers"]')
            self.admin.goto(f"{listed}&id_customer={customer}&viewcustomer")
        else:
            listed = self._link('a[href*="/sell/customers/?"]')
            self.admin.goto(listed.replace("/sell/customers/?", f"/sell/customers/{customer}/view?", 1))

    def pays(self, order: int) -> None:
        """The order page's status box: paid."""
        self.sets(order, self.shop.paid_status)

    def refunds(self, order: int) -> None:
        """The same: the money went back."""
        self.sets(order, self.shop.refunded_status)

    def sets(self, order: int, state: int) -> None:
        """The order page's status box: this one."""
        self.opens_order(order)
        page, status = self.admin, str(state)
        if self.is_old:
            page.locator("select[name=id_order_state]").first.evaluate(f"one => one.value = '{status}'")
            page.locator("[name=submitState]").first.click()
        else:
            page.locator("#update_order_status_action_input").select_option(status)
            page.locator("#update_order_status_action_btn").click()
        page.wait_for_load_state()

    def opens_thread(self, thread: int) -> None:
        """Customer service, beside the list."""
        listed = self._link('a[href*="AdminCustomerThreads"], a[href*="/customer-service/customer-threads"]')
        if "AdminCustomerThreads" in listed:
            self.admin.goto(f"{listed}&viewcustomer_thread&id_customer_thread={thread}")
        else:
            self.admin.goto(listed.replace("/customer-threads", f"/customer-threads/{thread}/view", 1))

    def replies_in_back_office(self, thread: int, words: str) -> None:
        """An employee's answer there."""
        self.opens_thread(thread)
        self.admin.locator("textarea[name=reply_message], #reply_to_customer_thread_reply_message").first.fill(words)
        self.admin.locator("[name=submitReply], form[name=reply_to_customer_thread] [type=submit]").first.click()
        self.admin.wait_for_load_state()

    def closes_thread(self, thread: int) -> None:
        """The button beside it that marks it as handled."""
        self.opens_thread(thread)
        self.admin.locator("button[name=setstatus][value='2']").click()
        self.admin.wait_for_load_state()

    # --- the storefront ---

    def log_in_customer(self, language: str = "en") -> None:
        page = self.customer
        page.goto(self._address(language, controller="authentication", back="my-account"))
        if self.is_old:
            page.fill("#email", self.shop.customer.user)
            page.fill("#passwd", self.shop.customer.password)
            page.click("#SubmitLogin")
        else:
            form = page.locator("#login-form")
            form.locator("[name=email]").fill(self.shop.customer.user)
            form.locator("[name=password]").fill(self.shop.customer.password)
            page.locator("#submit-login").click()
        page.wait_for_url("**my-account**")

    def buys(self, product: str = "") -> int:
        """A whole checkout of the package, or of another product, by bank transfer; the order's number."""
        page = self.customer
        token = self._takes(page, product)
        if self.is_old:
            self._checks_out(page)
        else:
            shown = self._sends(page, "order", {})
            chosen = max(map(int, re.findall(r'name="id_address_(?:delivery|invoice)"[^>]*value="(\d+)"', shown)))
            named = {"id_address_delivery": chosen, "id_address_invoice": chosen, "use_same_address": 1}
            self._sends(page, "order", {**named, "confirm-addresses": 1, "token": token})
        return self._pays_for(page)

    def buys_as_guest(self, email: str) -> int:
        """The same by somebody without an account."""
        page = self.guest
        page.goto(self._address("en", controller="index"))
        self._takes(page)
        if self.is_old:
            named = {"is_new_customer": "0", "guest_email": email, "submitGuestAccount": "1"}
            self._sends(page, "authentication", {**GUEST, **ADDRESS, **named}, display_guest_checkout=1)
            self._checks_out(page)
        else:
            page.goto(self._address("en", controller="order"))
            form = page.locator("#customer-form")
            for name, value in {**GUEST, "email": email}.items():
                form.locator(f"[name={name}]").fill(value)
            for agreed in ("psgdpr", "customer_privacy"):
                form.locator(f"[name={agreed}]").check(force=True)
            form.locator("[name=continue]").click()
            address = page.locator("form[action*=id_address]")
            for name in ("address1", "city", "postcode"):
                address.locator(f"[name={name}]").fill(ADDRESS[name])
            address.locator("[name=id_state]").select_option(index=1)
            address.locator("[name=confirm-addresses]").click()
            page.wait_for_load_state()
        return self._pays_for(page)

    def writes_to_contact(self, words: str, email: str = "") -> None:
        """The contact form, by the customer, or by somebody without an account who types this address."""
        page = self.guest if email else self.customer
        page.goto(self._address("en", controller="contact"))
        form = page.locator("form:has([name=submitMessage])")
        form.locator("[name=id_contact]").select_option(index=1 if self.is_old else 0)
        form.locator("[name=from]").fill(email or self.shop.customer.user)
        form.locator("[name=message]").fill(words)
        form.locator("[name=submitMessage]").click()
        page.locator(".alert-success").first.wait_for()

    def opens_own_order(self, order: int, language: str = "en") -> None:
        """The order's own page of its customer."""
        self.customer.goto(self._address(language, controller="order-detail", id_order=order))

    def writes_about_order(self, order: int, words: str) -> None:
        """The form on that page."""
        self.opens_own_order(order)
        self.customer.locator("textarea[name=msgText]").fill(words)
        self.customer.locator("button[name=submitMessage]").click()
        self.customer.wait_for_load_state()

    def thread_of(self, words: str) -> int:
        """The number of the customer-service thread in which somebody wrote this."""
        [(thread,)] = self.shop.database.ask(
            "SELECT DISTINCT id_customer_thread FROM {p}customer_message WHERE message LIKE %s", f"%{words}%"
        )
        return int(thread)

    def _takes(self, page: Page, product: str = "") -> str:
        """Put the product, or the package, into the cart; the token that the page's forms carry."""
        [(number,)] = self.shop.database.ask(
            "SELECT id_product FROM {p}product WHERE reference = %s AND active = 1", product or self.shop.product
        )
        token: str = re.findall(r"""static_token["']?\s*[:=]\s*["'](\w+)""", page.content())[0]
        form = {"add": 1, "ajax": 1, "action": "update", "qty": 1, "id_product": number, "token": token}
        self._sends(page, "cart", form)
        return token

    def _checks_out(self, page: Page) -> None:
        """The steps between cart and payment, in the old checkout."""
        shown = self._sends(page, "order", {}, step=1)
        chosen = re.findall(r'name="id_address_delivery"[^>]*>.*?<option value="(\d+)"', shown, re.DOTALL)[0]
        steps = {"same": 1, "processAddress": 1, "processCarrier": 1, "cgv": 1, "step": 3}
        self._sends(page, "order", {"id_address_delivery": chosen, **steps}, step=3)

    def _pays_for(self, page: Page) -> int:
        """Choose the bank transfer; the order's number."""
        address = self._address(
            "en", fc="module", module="bankwire" if self.is_old else "ps_wirepayment", controller="validation"
        )
        page.goto("about:blank")
        answer = page.request.post(address, form={})
        assert "order-confirmation" in answer.url, answer.url
        page.goto(answer.url)
        [(order,)] = self.shop.database.ask("SELECT MAX(id_order) FROM {p}orders")
        return int(order)

    def customer_id(self) -> int:
        [(number,)] = self.shop.database.ask(
            "SELECT id_customer FROM {p}customer WHERE email = %s AND deleted = 0", self.shop.customer.user
        )
        return int(number)

    def opens_account(self, language: str = "en") -> None:
        """The account page, in that language."""
        self.customer.goto(self._address(language, controller="my-account"))

    def page_address(self, language: str = "en", **query: str | int) -> str:
        """Where a view of our page is."""
        return self._address(language, fc="module", module="supportbridge", controller="support", **query)

    def opens(self, language: str = "en", **query: str | int) -> None:
        self.customer.goto(self.page_address(language, **query))

    def _follows(self, where: str) -> None:
        self.admin.goto(self._link(f'a[href*="controller={where}&token"], a[href*="/{where}"]'))

    def _link(self, selector: str) -> str:
        """The address of a link of the page, wherever it is folded away."""
        href = self.admin.locator(selector).first.get_attribute("href")
        assert href is not None
        return urljoin(self.admin.url, href)

    def _address(self, language: str, **query: str | int) -> str:
        return f"{self.shop.address}index.php?{urlencode({**query, 'id_lang': self.shop.languages[language]})}"

    def _sends(self, page: Page, controller: str, form: Mapping[str, str | int], **query: str | int) -> str:
        """What the checkout's page sends."""
        address = self._address("en", controller=controller, **query)
        said: dict[str, str | float | bool] = {name: str(value) for name, value in form.items()}
        answer = page.request.post(address, form=said) if form else page.request.get(address)
        assert answer.ok, (controller, answer.status)
        return answer.text()
