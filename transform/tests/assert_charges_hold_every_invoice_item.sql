-- Fails when an item of a distributor's invoice that is not void is in no charge and is no payment
-- on account.
{{ config(severity='error') }}

select
    invoice_items.connection_id,
    invoice_items.invoice_id,
    invoice_items.item_key
from {{ ref('stg_pax8__invoice_items') }} as invoice_items
inner join {{ ref('stg_pax8__invoices') }} as invoices
    on invoice_items.connection_id = invoices.connection_id
    and invoice_items.invoice_id = invoices.invoice_id
left join {{ ref('distributor_charges') }} as charges
    on charges.source_line_id = invoice_items.connection_id || ':invoice_items:'
    || invoice_items.invoice_id || ':' || invoice_items.item_key
where
    not invoice_items.is_removed
    and not invoices.is_removed
    and coalesce(lower(invoice_items.item_type), '') != 'payment-credit'
    and invoices.invoice_date <= {{ known_at_date() }}
    and lower(trim(coalesce(invoices.invoice_status, ''))) not in ('void', 'voided')
    and charges.source_line_id is null
