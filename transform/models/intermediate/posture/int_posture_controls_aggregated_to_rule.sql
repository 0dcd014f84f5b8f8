with

controls as (

    select
        rule_id,
        framework,
        {{ json_array_agg('control_id') }} as control_ids
    from {{ ref('posture_rule_controls') }}
    group by rule_id, framework

),

final as (

    select
        rule_id,
        '{' || {{ dbt.listagg(
            "'\"' || framework || '\":' || control_ids", "','", 'order by framework'
        ) }} || '}' as controls
    from controls
    group by rule_id

)

select * from final
