with

mails as (

    select
        customer_id,
        max(received_at) as last_mail_at
    from {{ ref('mart_customer_mail') }}
    group by customer_id

),

meetings as (

    select
        customer_id,
        min(starts_at) as next_meeting_at
    from {{ ref('mart_customer_meetings') }}
    where
        not is_cancelled
        {%- if var('is_as_of_today') %}
        and starts_at >= {{ run_started_at() }}
        {%- else %}
        and starts_at >= cast({{ as_of_date() }} as timestamp with time zone)
        {%- endif %}
    group by customer_id

),

customers as (

    select customer_id
    from {{ ref('dim_customers') }}

),

final as (

    select
        customers.customer_id,
        mails.last_mail_at,
        meetings.next_meeting_at
    from customers
    left join mails
        on customers.customer_id = mails.customer_id
    left join meetings
        on customers.customer_id = meetings.customer_id

)

select * from final
