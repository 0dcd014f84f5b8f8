{#-
    The last verdict and the last methods that were known of each user: what cannot be judged on a
    date leaves them as they were, so that a gap in the reads is never taken for a change.
-#}
{%- set key = ['tenant_id', 'user_id'] %}
{%- set tracked = ['user_principal_name', 'verdict', 'methods'] %}

with

verdicts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        verdict,
        methods
    from {{ ref('int_mfa_verdicts_decided') }}

),

legs as (

    select
        tenant_id,
        users_state,
        registration_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

observed as (

    select
        verdicts.tenant_id,
        verdicts.user_id,
        verdicts.user_principal_name,
        nullif(verdicts.verdict, 'unknown') as verdict,
        case when legs.registration_state = 'fresh' then verdicts.methods end as methods
    from verdicts
    inner join legs
        on verdicts.tenant_id = legs.tenant_id
    where legs.users_state = 'fresh'

),

{% if is_incremental() -%}
last_known as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        verdict,
        methods
    from {{ this }}
    where valid_to_date is null

),

present as (

    select
        observed.tenant_id,
        observed.user_id,
        observed.user_principal_name,
        coalesce(observed.verdict, last_known.verdict, 'unknown') as verdict,
        coalesce(observed.methods, last_known.methods) as methods
    from observed
    left join last_known
        on observed.tenant_id = last_known.tenant_id
        and observed.user_id = last_known.user_id

    union all

    select
        last_known.tenant_id,
        last_known.user_id,
        last_known.user_principal_name,
        last_known.verdict,
        last_known.methods
    from last_known
    left join legs
        on last_known.tenant_id = legs.tenant_id
    where coalesce(legs.users_state, 'missing') <> 'fresh'

),
{%- else -%}
present as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        coalesce(verdict, 'unknown') as verdict,
        methods
    from observed

),
{%- endif %}

{{ observed_intervals(key, tracked) }}
