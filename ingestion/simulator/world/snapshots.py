"""Turns a plan into what every vendor would answer on one day."""

from datetime import date

from ingestion.simulator.world.agreements import addition_record, agreement_record, billing_cycle_records
from ingestion.simulator.world.catalogue import PRODUCTS
from ingestion.simulator.world.charges import invoice_record as distributor_invoice_record
from ingestion.simulator.world.charges import item_records
from ingestion.simulator.world.customers import account_records, company_records, contact_records, currency_reference
from ingestion.simulator.world.invoices import invoice_record, product_record
from ingestion.simulator.world.labour import expense_record, member_records, time_record
from ingestion.simulator.world.messages import mailbox_snapshot
from ingestion.simulator.world.offers import catalog_records, distributor_product_id, distributor_product_records
from ingestion.simulator.world.partners import customer_records, relationship_records
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.shapes import Record, Snapshot, TenantSnapshot
from ingestion.simulator.world.subscriptions import distributor_record
from ingestion.simulator.world.tenants import tenant_snapshot


def snapshot(plan: Plan, day: date) -> Snapshot:
    """All vendors on that day.

    Shape: documents dated after the day do not exist yet; states are those of the day.
    """
    return Snapshot(_tenants(plan, day), _connectwise(plan, day), _distributor(plan, day))


def _tenants(plan: Plan, day: date) -> dict[str, TenantSnapshot]:
    answers = {}
    for tenant in plan.tenants:
        mailboxes = {}
        if tenant.is_msp:
            mailboxes = {box.address: mailbox_snapshot(box, plan.ids, day) for box in plan.mailboxes}
        answers[tenant.id] = tenant_snapshot(plan.ids, tenant, day, mailboxes)
    customers = [tenant for tenant in plan.tenants if not tenant.is_msp and tenant.customer_id is not None]
    # Only a partner's tenant knows delegated administration.
    partner = answers[plan.msp_tenant.id].collections
    partner["delegatedAdminRelationships"] = relationship_records(plan.ids, customers)
    partner["delegatedAdminCustomers"] = customer_records(customers)
    return answers


def _connectwise(plan: Plan, day: date) -> dict[str, object]:
    names = plan.customer_names()
    currencies = {customer.id: customer.currency for customer in plan.customers}
    agreements = [row for customer in plan.customers for row in customer.agreements if row.start <= day]
    additions = [
        addition_record(row, agreement.cycle.months, day) for agreement in agreements for row in agreement.additions
    ]
    invoices = [row for row in plan.invoices if row.date <= day]
    products = {row.id: [product_record(line, row, names) for line in row.lines] for row in invoices}
    times = [(row, time_record(row, names, day)) for row in plan.time_entries if row.known_on <= day]
    expenses = [
        (row, expense_record(row, names, currency_reference(currencies[row.customer_id]), day))
        for row in plan.expenses
        if row.day <= day
    ]
    answers: dict[str, object] = {
        "companies": company_records(plan.customers),
        "contacts": contact_records(plan.customers, day),
        "agreements": [
            agreement_record(row, names[row.customer_id], currency_reference(row.currency)) for row in agreements
        ],
        "additions": [row for row in additions if row is not None],
        "invoices": [invoice_record(row, names, currency_reference(row.currency), day) for row in invoices],
        "products": [record for records in products.values() for record in records],
        "timeEntries": [record for _, record in times],
        "expenses": [record for _, record in expenses],
        "members": member_records(plan.members, day),
        "catalog": catalog_records(),
        "billingCycles": billing_cycle_records(),
    }
    details: dict[int, Record] = {
        row["id"]: {
            "invoice": row,
            "products": products[row["id"]],
            "timeEntries": [],
            "expenses": [],
            "agreementBillingInfo": [],
        }
        for row in answers["invoices"]
    }
    for entry, record in times:
        if entry.is_invoiced(day):
            details[entry.invoice.id]["timeEntries"].append(record)
    for expense, record in expenses:
        if record["invoice"] is not None:
            details[expense.invoice.id]["expenses"].append(record)
    answers["invoiceInfo"] = details
    return answers


def _distributor(plan: Plan, day: date) -> dict[str, list[Record]]:
    product_ids = {
        product.key: distributor_product_id(plan.ids, product) for product in PRODUCTS if product.in_distributor
    }
    names = {account.id: account.name for account in plan.accounts}
    subscriptions = [
        distributor_record(row, product_ids[row.product.key], day)
        for row in plan.subscriptions
        if row.account_id is not None
    ]
    invoices = [row for row in plan.distributor_invoices if row.date <= day]
    return {
        "companies": account_records(plan.accounts),
        "subscriptions": [row for row in subscriptions if row is not None],
        "products": distributor_product_records(plan.ids),
        "invoices": [distributor_invoice_record(row) for row in invoices],
        "invoiceItems": [item for row in invoices for item in item_records(plan.ids, row, product_ids, names)],
    }
