{#-
    The last part of a rule model: its results in the one shape that all rules share.

    A subject-level rule defines two relations before it:
    `evaluated`: tenant_id, subject_id, subject_name, status (pass, fail, not_checked),
        status_reason, actual, evidence – one row per subject that could be judged;
    `gates`: tenant_id, gate_reason, population_count – one row per tenant; gate_reason says why
        what was read cannot prove a pass (null where it can).
    Results: every failing subject; subjects that could not be judged, unless the whole tenant
    could not; and one row per tenant for all that does not fail. `absent_reason` says why a tenant
    without any subject has none.
-#}
{% macro subject_rule(rule_id, subject_type, expected, absent_reason="'no_subject'") -%}
undecided as (

    select
        evaluated.tenant_id,
        min({{ reason_rank('evaluated.status_reason') }}) as reason_rank
    from evaluated
    where evaluated.status = 'not_checked'
    group by evaluated.tenant_id

),

subject_results as (

    select
        evaluated.tenant_id,
        '{{ subject_type }}' as subject_type,
        evaluated.subject_id,
        evaluated.subject_name,
        evaluated.status,
        evaluated.status_reason,
        evaluated.actual,
        evaluated.evidence
    from evaluated
    inner join gates
        on evaluated.tenant_id = gates.tenant_id
    where
        evaluated.status = 'fail'
        -- A reason of the whole tenant stands once, on the tenant's row.
        or (
            evaluated.status = 'not_checked'
            and gates.gate_reason is null
            and {{ reason_rank('evaluated.status_reason') }} > {{ reason_rank("'no_p1'") }}
        )

),

tenant_results as (

    select
        gates.tenant_id,
        'tenant' as subject_type,
        gates.tenant_id as subject_id,
        cast(null as varchar) as subject_name,
        case
            when gates.gate_reason is not null or undecided.reason_rank is not null
                then 'not_checked'
            when gates.population_count = 0 then 'not_applicable'
            else 'pass'
        end as status,
        case
            when gates.gate_reason is not null or undecided.reason_rank is not null
                then {{ reason_of_rank(
                    'least(' ~ reason_rank('gates.gate_reason') ~ ', undecided.reason_rank)'
                ) }}
            when gates.population_count = 0 then {{ absent_reason }}
        end as status_reason,
        cast(null as varchar) as actual,
        {{ json_object_text({'population_count': 'gates.population_count'}) }} as evidence
    from gates
    left join undecided
        on gates.tenant_id = undecided.tenant_id

),

final as (

    select
        '{{ rule_id }}' as rule_id,
        subject_results.tenant_id,
        subject_results.subject_type,
        subject_results.subject_id,
        subject_results.subject_name,
        subject_results.status,
        subject_results.status_reason,
        {{ expected }} as expected,
        subject_results.actual,
        subject_results.evidence
    from subject_results

    union all

    select
        '{{ rule_id }}' as rule_id,
        tenant_results.tenant_id,
        tenant_results.subject_type,
        tenant_results.subject_id,
        tenant_results.subject_name,
        tenant_results.status,
        tenant_results.status_reason,
        {{ expected }} as expected,
        tenant_results.actual,
        tenant_results.evidence
    from tenant_results

)

select * from final
{%- endmacro %}

{#-
    `population` and `gates` of a subject-level rule: how many subjects of `evaluated` there are,
    and the first of the reasons, columns of `relation`, that keep a tenant from passing. `columns`
    of `relation` are handed on.
-#}
{% macro rule_gates(relation, reasons, columns=[]) -%}
population as (

    select
        tenant_id,
        count(*) as population_count
    from evaluated
    group by tenant_id

),

gates as (

    select
        {{ relation }}.tenant_id,
        {%- for column in columns %}
        {{ relation }}.{{ column }},
        {%- endfor %}
        {{ first_reason(reasons) }} as gate_reason,
        coalesce(population.population_count, 0) as population_count
    from {{ relation }}
    left join population
        on {{ relation }}.tenant_id = population.tenant_id

)
{%- endmacro %}

{#-
    The last part of a tenant-level rule; `evaluated` has tenant_id, status, status_reason, actual
    and evidence, one row per tenant.
-#}
{% macro tenant_rule(rule_id, expected) -%}
final as (

    select
        '{{ rule_id }}' as rule_id,
        evaluated.tenant_id,
        'tenant' as subject_type,
        evaluated.tenant_id as subject_id,
        cast(null as varchar) as subject_name,
        evaluated.status,
        evaluated.status_reason,
        {{ expected }} as expected,
        evaluated.actual,
        evaluated.evidence
    from evaluated

)

select * from final
{%- endmacro %}

{#- The first, in the order of unknown_reasons, of several reasons; `fresh` and null are none. -#}
{% macro first_reason(reasons) -%}
    {%- set ranks = [] -%}
    {%- for reason in reasons -%}
        {%- do ranks.append(reason_rank(reason)) -%}
    {%- endfor -%}
    {{ reason_of_rank('least(' ~ ranks | join(', ') ~ ')') }}
{%- endmacro %}

{#- The worst of several legs: `fresh` only where each one is, else the first reason. -#}
{% macro worst_state(reasons) -%}
    {%- set present = [] -%}
    {%- for reason in reasons -%}
        {%- do present.append('coalesce(' ~ reason ~ ", 'missing')") -%}
    {%- endfor -%}
    coalesce({{ first_reason(present) }}, 'fresh')
{%- endmacro %}
