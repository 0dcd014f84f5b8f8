"""Builds a plan step by step: customers, tenants with people, and sales that agree in every system."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ingestion.simulator.world.agreements import Addition, Agreement
from ingestion.simulator.world.catalogue import COPILOT, FABRIC_FREE, FLOW_FREE, POWER_APPS_VIRAL
from ingestion.simulator.world.customers import Account, Contact, Customer
from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.names import person_name
from ingestion.simulator.world.people import CAPABLE, NOT_REGISTERED, Assignment, Registration, User
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.policies import NamedLocation, Policy
from ingestion.simulator.world.products import Product
from ingestion.simulator.world.roles import Principal, RoleAssignment
from ingestion.simulator.world.subscriptions import ANNUAL, MONTHLY, Subscription
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.timeline import FIRST_DAY, Steps

# Units that Microsoft grants of a free product.
FREE_UNITS = 10_000


@dataclass
class Sale:
    """One product sold to one customer: the same seats in tenant, distributor and PSA until a defect is planted."""

    customer: Customer
    product: Product
    seats: int
    holders: list[User] = field(default_factory=list)
    subscription: Subscription | None = None
    addition: Addition | None = None


class Builder:
    """Adds consistent pieces to a plan and keeps the counters that number them."""

    def __init__(self, seed: int) -> None:
        self.plan = Plan(Identifiers(seed))
        self.ids = self.plan.ids
        self._people = 0
        self._additions = 9000
        self._contacts = 4000
        self._served: dict[str, int] = {}
        self._staff: dict[str, list[User]] = {}

    def customer(self, number: int, name: str, website: str | None = None, **details: object) -> Customer:
        """A PSA company; without a website it has none."""
        customer = Customer(number, name, website, **details)
        self.plan.customers.append(customer)
        return customer

    def account(self, customer: Customer | None, name: str, mapping: str = "external") -> Account:
        """A company at the distributor."""
        account = Account(self.ids.guid("pax8-company", name), name, customer.key if customer else None, mapping)
        self.plan.accounts.append(account)
        if customer is not None:
            customer.account = account
        return account

    def contact(self, customer: Customer, *emails: str, first_day: date = FIRST_DAY) -> Contact:
        """A contact of a company with its e-mail addresses."""
        self._contacts += 1
        name = person_name(self._contacts)
        contact = Contact(self._contacts, customer.id, name.given, name.family, emails, first_day)
        customer.contacts.append(contact)
        return contact

    def agreement(self, customer: Customer, amount: str, **details: object) -> Agreement:
        """An agreement, monthly unless told otherwise, with a flat amount in the customer's currency."""
        number = customer.id * 10 + len(customer.agreements)
        agreement = Agreement(
            number, customer.id, f"Managed services {customer.name}", customer.currency, Decimal(amount), **details
        )
        customer.agreements.append(agreement)
        return agreement

    def tenant(
        self, key: str, name: str, customer: Customer | None, mapping: str = "settings", **details: object
    ) -> Tenant:
        """A Microsoft tenant with the domains `<key>.example` and `<key>-m365.example`."""
        tenant = Tenant(
            key,
            self.ids.guid("tenant", key),
            name,
            customer.key if customer else None,
            mapping,
            [(f"{key}.example", date(2023, 5, 2))],
            f"{key}-m365.example",
            **details,
        )
        self.plan.tenants.append(tenant)
        return tenant

    def tenant_of(self, key: str) -> Tenant:
        """The tenant with that key."""
        return next(tenant for tenant in self.plan.tenants if tenant.key == key)

    def staff(self, tenant: Tenant, count: int, uncapable_every: int = 0, aliases: Sequence[str] = ()) -> list[User]:
        """Ordinary enabled members, the first ones with given aliases; every n-th has not registered for MFA."""
        users = []
        for index in range(count):
            capability = (
                NOT_REGISTERED if uncapable_every and index % uncapable_every == uncapable_every - 1 else CAPABLE
            )
            alias = aliases[index] if index < len(aliases) else None
            users.append(self.user(tenant, alias, registration=Steps(capability)))
        self._staff.setdefault(tenant.key, []).extend(users)
        return users

    def user(self, tenant: Tenant, alias: str | None = None, domain: str | None = None, **details: object) -> User:
        """One user; the alias comes from an invented name where none is given."""
        self._people += 1
        name = person_name(self._people)
        local = alias or f"{name.alias}{self._people}"
        upn = f"{local}@{domain or tenant.domains[0][0]}"
        user = User(self.ids.guid("user", tenant.key, self._people), name, name.display, upn, **details)
        tenant.users.append(user)
        return user

    def guest(self, tenant: Tenant, home: str, registration: Registration = CAPABLE, **details: object) -> User:
        """A guest whose UPN holds the home address and `#EXT#`."""
        self._people += 1
        name = person_name(self._people)
        upn = f"{name.alias}{self._people}_{home}#EXT#@{tenant.initial_domain}"
        user = User(
            self.ids.guid("user", tenant.key, self._people),
            name,
            f"{name.display} (guest)",
            upn,
            "Guest",
            external_state="Accepted",
            registration=Steps(registration),
            **details,
        )
        tenant.users.append(user)
        return user

    def role(self, tenant: Tenant, holder: User | Principal, role_id: str, scope: str = "/", **days: date) -> None:
        """An active role assignment of a user, a group or a service principal."""
        principal = holder
        if isinstance(holder, User):
            principal = Principal("user", holder.id, holder.display_name, holder.upn)
        number = len(tenant.role_assignments)
        tenant.role_assignments.append(
            RoleAssignment(self.ids.guid("role", tenant.key, number), principal, role_id, scope, **days)
        )

    def policy(self, tenant: Tenant, name: str, **details: object) -> Policy:
        """A Conditional Access policy; by default it requires MFA of everyone for everything."""
        policy = Policy(self.ids.guid("policy", tenant.key, name), name, **details)
        tenant.policies.append(policy)
        return policy

    def location(self, tenant: Tenant, name: str, **details: object) -> NamedLocation:
        """A place that policies can name."""
        location = NamedLocation(self.ids.guid("location", tenant.key, name), name, **details)
        tenant.locations.append(location)
        return location

    def subscribe(
        self,
        customer: Customer,
        tenant: Tenant | None,
        product: Product,
        quantity: Steps[int],
        through_account: bool,
        prepaid: bool = False,
        **details: object,
    ) -> Subscription:
        """A subscription in the tenant and, through the customer's account, at the distributor."""
        number = len(self.plan.subscriptions)
        factor = 12 if prepaid else 1
        subscription = Subscription(
            self.ids.guid("subscription", number),
            product,
            quantity,
            product.cost * factor,
            product.price * factor,
            account_id=customer.account.id if through_account and customer.account else None,
            tenant_id=tenant.id if tenant and product.sku_id else None,
            vendor_id=self.ids.guid("commerce", number) if product.sku_id else None,
            billing_term=ANNUAL if prepaid else MONTHLY,
            has_inclusive_periods=number % 2 == 0,
            **details,
        )
        self.plan.subscriptions.append(subscription)
        if subscription.tenant_id is not None and tenant is not None:
            tenant.subscriptions.append(subscription)
        return subscription

    def add_line(
        self,
        agreement: Agreement,
        product: Product,
        quantity: Steps[Decimal],
        price: Decimal | None = None,
        **details: object,
    ) -> Addition:
        """A line of an agreement at the product's price unless told otherwise."""
        self._additions += 1
        addition = Addition(
            self._additions,
            agreement.id,
            product,
            quantity,
            product.price if price is None else price,
            product.cost,
            **details,
        )
        agreement.additions.append(addition)
        return addition

    def sell(
        self,
        customer: Customer,
        tenant: Tenant | None,
        product: Product,
        seats: int,
        *,
        through_account: bool = True,
        history: Sequence[tuple[date, int]] = (),
        first_seats: int | None = None,
        is_addon: bool = False,
        price: str | None = None,
        is_contracted: bool = True,
        prepaid: bool = False,
        **subscription: object,
    ) -> Sale:
        """The same seats of a product in the tenant, at the distributor and in the PSA agreement.

        Shape: `history` gives earlier changes of the seats, each on all sides at once; an add-on goes to the first
        users instead of the next ones.
        """
        first = seats if first_seats is None else first_seats
        sale = Sale(customer, product, seats)
        sale.subscription = self.subscribe(
            customer, tenant, product, Steps(first, list(history)), through_account, prepaid, **subscription
        )
        if is_contracted:
            quantity = Steps(Decimal(first), [(day, Decimal(count)) for day, count in history])
            sale.addition = self.add_line(
                customer.agreements[0],
                product,
                quantity,
                None if price is None else Decimal(price),
                effective=sale.subscription.start,
            )
        if tenant is not None and product.sku_id is not None:
            sale.holders = self.next_staff(tenant, seats, is_addon)
            for user in sale.holders:
                user.assignments.append(Assignment(product))
        return sale

    def next_staff(self, tenant: Tenant, count: int, from_start: bool = False) -> list[User]:
        """The next ordinary users that have no main licence yet, or the first ones."""
        start = 0 if from_start else self._served.get(tenant.key, 0)
        users = self._staff[tenant.key][start : start + count]
        if len(users) < count:
            raise ValueError(f"tenant {tenant.key} has {len(users)} users left for {count} seats: plan more staff")
        if not from_start:
            self._served[tenant.key] = start + count
        return users

    def free_products(self, customer: Customer, tenant: Tenant, disabled_holder: User | None = None) -> None:
        """Free, viral and trial products with holders: seats that are never leakage."""
        staff = self._staff[tenant.key]
        for product, holders in ((FLOW_FREE, staff[:6]), (FABRIC_FREE, staff[2:5]), (POWER_APPS_VIRAL, staff[:2])):
            self.subscribe(customer, tenant, product, Steps(FREE_UNITS), False)
            for user in [*holders, *([disabled_holder] if disabled_holder else [])]:
                user.assignments.append(Assignment(product))

    def trial(self, customer: Customer, tenant: Tenant, product: Product = COPILOT, seats: int = 25) -> None:
        """A trial with a few holders."""
        self.subscribe(customer, tenant, product, Steps(seats), False, is_trial=True)
        for user in self._staff[tenant.key][:3]:
            user.assignments.append(Assignment(product))
