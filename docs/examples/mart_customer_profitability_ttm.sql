-- Which customers earn us least over the last twelve closed months, and for which is that not known?
select customer_name, revenue_amount, gross_margin_ratio, margin_tier, margin_rank, rank_suppressed_reason
from marts.mart_customer_profitability_ttm
where closing_month = (select max(closing_month) from marts.mart_customer_profitability_ttm)
order by margin_rank desc nulls last
