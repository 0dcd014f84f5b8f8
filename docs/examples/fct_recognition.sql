-- How does the revenue of one invoiced line spread over months?
select source_line_id, service_month, amount, currency_code
from marts.fct_recognition
where
    side = 'revenue'
    and source_line_id in (
        select source_line_id from marts.fct_recognition where side = 'revenue' group by source_line_id having count(*) > 1
    )
order by source_line_id, service_month
limit 24
