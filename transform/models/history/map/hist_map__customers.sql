{{ history_of_state(
    source=ref('int_customers_matched'),
    key=['namespace', 'external_id'],
    tracked=['customer_id', 'status', 'method', 'evidence'],
) }}
