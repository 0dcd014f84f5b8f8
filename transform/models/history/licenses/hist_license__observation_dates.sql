{#- Written after the findings of the date, so that no date counts whose findings are missing. -#}
{{ config(unique_key='observation_date') }}

-- depends_on: {{ ref('hist_license__findings') }}
with

observed as (

    select {{ as_of_date() }} as observation_date

),

final as (

    select observed.observation_date
    from observed
    {%- if is_incremental() %}
    left join {{ this }} as known
        on observed.observation_date = known.observation_date
    where known.observation_date is null
    {%- endif %}

)

select * from final
