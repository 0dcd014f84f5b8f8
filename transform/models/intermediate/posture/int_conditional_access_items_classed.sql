{{ config(materialized='table') }}

{#-
    Values of one dimension to which the same policies apply are one class: what is true of one is
    true of all, and a hundred excluded apps are one question. A class is named by its first value;
    `*` comes before every other.
-#}

with

covered as (

    select
        tenant_id,
        dimension,
        item,
        policy_id
    from {{ ref('int_conditional_access_items_covered') }}

),

signed as (

    select
        tenant_id,
        dimension,
        item,
        {{ json_array_agg('policy_id') }} as signature
    from covered
    group by tenant_id, dimension, item

),

-- Exchange ActiveSync signs in to Exchange Online alone: by its own name, as part of its suite, or
-- as anything else.
exchange as (

    select
        tenant_id,
        case
            when {{ any_row("item = '" ~ exchange_online() ~ "'") }} then '{{ exchange_online() }}'
            when {{ any_row("item = 'office365'") }} then 'office365'
            else '*'
        end as exchange_item
    from signed
    where dimension = 'app'
    group by tenant_id

),

marked as (

    select
        signed.tenant_id,
        signed.dimension,
        signed.item,
        signed.signature,
        coalesce(signed.item = exchange.exchange_item and signed.dimension = 'app', false)
            as is_exchange
    from signed
    left join exchange
        on signed.tenant_id = exchange.tenant_id

),

final as (

    select
        tenant_id,
        dimension,
        item,
        -- Clients stay apart: legacy ones answer a demand in a way of their own. So does Exchange,
        -- to which one of them belongs.
        case when dimension = 'client' then item
            else min(item) over (
                partition by
                    tenant_id, dimension, signature,
                    case when is_exchange and item <> '*' then 1 else 0 end
            )
        end as item_class,
        is_exchange
    from marked

)

select * from final
