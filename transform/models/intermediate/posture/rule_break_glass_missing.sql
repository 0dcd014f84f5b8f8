with

tenants as (

    select tenant_id
    from {{ ref('dim_tenants') }}

),

break_glass as (

    select
        tenant_id,
        count(*) as account_count
    from {{ ref('stg_config__break_glass') }}
    group by tenant_id

),

evaluated as (

    select
        tenants.tenant_id,
        case when break_glass.tenant_id is null then 'fail' else 'pass' end as status,
        cast(null as varchar) as status_reason,
        cast(coalesce(break_glass.account_count, 0) as varchar) as actual,
        {{ json_object_text({
            'registered_count': 'coalesce(break_glass.account_count, 0)',
        }) }} as evidence
    from tenants
    left join break_glass
        on tenants.tenant_id = break_glass.tenant_id

),

{{ tenant_rule('break_glass_missing', "'a registered break-glass account'") }}
