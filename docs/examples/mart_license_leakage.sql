-- What can we bill for or stop paying per month, by kind, and how many findings have no amount?
select
    kind,
    side,
    count(*) as finding_count,
    sum(monthly_amount) as monthly_amount,
    count(*) filter (where monthly_amount is null) as unpriced_count
from marts.mart_license_leakage
where status = 'open'
group by kind, side
order by monthly_amount desc nulls last
