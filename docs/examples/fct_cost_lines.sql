-- What did each distributor and the PSA charge us by month, and how much of it is superseded or without a rate?
select
    vendor,
    date_trunc('month', document_date) as document_month,
    sum(reporting_amount) filter (where not is_superseded) as cost_amount,
    sum(reporting_amount) filter (where is_superseded) as superseded_amount,
    count(*) filter (where reporting_amount is null) as fx_missing_count
from marts.fct_cost_lines
where cost_source <> 'labor'
group by vendor, document_month
order by vendor, document_month
