with

registrations as (

    select
        tenant_id,
        user_id,
        methods_registered,
        is_mfa_registered,
        is_mfa_capable
    from {{ ref('hist_microsoft__user_registration_details') }} as known
    where {{ valid_at('known') }}

),

authentication_methods as (

    select
        method,
        method_class
    from {{ ref('authentication_methods') }}

),

methods as (

    select
        registrations.tenant_id,
        registrations.user_id,
        {{ json_scalar_text('item.value') }} as method
    from registrations {{ json_array_items('registrations.methods_registered', 'item') }}

),

classes as (

    select
        methods.tenant_id,
        methods.user_id,
        methods.method,
        coalesce(authentication_methods.method_class, 'unknown') as method_class
    from methods
    left join authentication_methods
        on methods.method = authentication_methods.method

),

final as (

    select
        registrations.tenant_id,
        registrations.user_id,
        -- What a row does not say is not known: neither capable nor proven not to be.
        case when count(registrations.methods_registered) > 0
            then {{ json_array_agg('classes.method') }}
        end as methods,
        -- One row per user: the aggregates only carry the values.
        {%- for flag in ['is_mfa_registered', 'is_mfa_capable'] %}
        max(case when registrations.{{ flag }} then 1 when not registrations.{{ flag }} then 0 end)
        = 1 as {{ flag }},
        {%- endfor %}
        case when count(registrations.methods_registered) > 0
            then {{ any_row("classes.method_class = 'phishing_resistant'") }}
        end as has_phishing_resistant_method,
        case when count(registrations.methods_registered) > 0
            then {{ any_row("classes.method_class in ('weak', 'email')") }}
                and not {{ any_row("classes.method_class in"
                    ~ " ('phishing_resistant', 'strong', 'certificate', 'external', 'unknown')") }}
        end as has_only_weak_methods,
        {{ any_row("classes.method_class = 'external'") }} as has_external_method
    from registrations
    left join classes
        on registrations.tenant_id = classes.tenant_id
        and registrations.user_id = classes.user_id
    group by registrations.tenant_id, registrations.user_id

)

select * from final
