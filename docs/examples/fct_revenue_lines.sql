-- Which invoices have an amount that their lines do not explain?
select document_number, customer_name, document_date, amount, currency_code
from marts.fct_revenue_lines
where line_kind = 'residual'
order by abs(amount) desc
