{{ config(materialized='table') }}

{#-
    What a policy asks of a sign-in that it applies to. With OR, the weakest way is what it asks.
    Clients of legacy authentication can do neither MFA nor device state, so that asking for it
    blocks them; Exchange ActiveSync is also blocked by terms of use and custom controls.
    Source:
    https://learn.microsoft.com/entra/identity/conditional-access/
    concept-conditional-access-conditions
-#}

{%- set device_controls = "('compliantdevice', 'domainjoineddevice')" %}
{#- A combination of one of these alone is a single factor. -#}
{%- set single_factors = "('password', 'sms', 'voice', 'email', 'federatedsinglefactor',"
    ~ " 'x509certificatesinglefactor', 'qrcodepin', 'softwareoath', 'hardwareoath')" %}

with

policies as (

    select
        tenant_id,
        policy_id,
        coalesce(upper({{ json_text('grant_controls', 'operator') }}), 'OR') = 'AND'
            as needs_all_controls,
        {{ json_text('grant_controls', 'authenticationStrength.id') }} is not null as has_strength,
        coalesce(
            {{ json_text('grant_controls', 'authenticationStrength.requirementsSatisfied') }}
            like '%mfa%',
            false
        ) as is_strength_said_to_be_mfa,
        coalesce({{ json_text('grant_controls', 'unlisted') }} = 'true', false) as has_unlisted
    from {{ ref('hist_microsoft__conditional_access_policies') }} as known
    where {{ valid_at('known') }}

),

lists as (

    select
        tenant_id,
        policy_id,
        list_name,
        item
    from {{ ref('int_conditional_access_lists_unnested') }}
    where list_name in ('controls', 'external_factors', 'terms_of_use', 'strength_combinations')

),

listed as (

    select
        tenant_id,
        policy_id,
        {{ policy_list_has('controls', 'block') }} as is_block,
        {{ policy_list_has('controls', 'mfa') }} as has_mfa_control,
        {{ policy_list_is_used('external_factors') }} as has_external_factor,
        {{ policy_list_is_used('terms_of_use') }} as has_terms,
        {{ any_row("list_name = 'controls' and item in " ~ device_controls) }}
            as has_device_control,
        {{ any_row("list_name = 'controls' and item not in ('block', 'mfa')"
            ~ " and item not in " ~ device_controls) }} as has_other_control,
        {{ any_row("list_name = 'strength_combinations' and item in " ~ single_factors) }}
            as has_single_factor_combination,
        {{ json_array_agg_where(
            'item', "list_name = 'controls' and item not in ('block', 'mfa')"
        ) }} as weaker_controls
    from lists
    group by tenant_id, policy_id

),

entries as (

    select
        policies.tenant_id,
        policies.policy_id,
        policies.needs_all_controls,
        coalesce(listed.is_block, false) as is_block,
        coalesce(listed.has_external_factor, false) as has_external_factor,
        coalesce(listed.has_terms, false) as has_terms,
        coalesce(listed.has_device_control, false) as has_device_control,
        coalesce(listed.has_mfa_control, false)
        or (
            policies.is_strength_said_to_be_mfa
            and not coalesce(listed.has_single_factor_combination, false)
        ) as has_mfa,
        coalesce(listed.has_other_control, false) or policies.has_unlisted as has_other_control,
        policies.has_strength
        and not (
            policies.is_strength_said_to_be_mfa
            and not coalesce(listed.has_single_factor_combination, false)
        ) as has_weak_strength,
        coalesce(listed.weaker_controls, '[]') as weaker_controls
    from policies
    left join listed
        on policies.tenant_id = listed.tenant_id
        and policies.policy_id = listed.policy_id

),

final as (

    select
        tenant_id,
        policy_id,
        case
            when is_block then 'block'
            when has_mfa and needs_all_controls then 'mfa'
            when
                has_mfa
                and not has_external_factor
                and not has_device_control
                and not has_other_control
                and not has_weak_strength
                and not has_terms
                then 'mfa'
            when has_external_factor and needs_all_controls then 'external'
            when
                has_external_factor
                and not has_device_control
                and not has_other_control
                and not has_weak_strength
                and not has_terms
                then 'external'
            when has_mfa or has_external_factor or has_device_control or has_other_control
                then 'other'
            -- A password and a click are no second proof.
            when has_terms or has_weak_strength then 'terms'
            else 'none'
        end as demand,
        weaker_controls,
        case when needs_all_controls
            then has_mfa or has_device_control
            else
                (has_mfa or has_device_control)
                and not has_terms
                and not has_external_factor
                and not has_other_control
                and not has_weak_strength
        end as stops_other_clients,
        case when needs_all_controls
            then has_mfa or has_device_control or has_terms or has_external_factor
            else
                (has_mfa or has_device_control or has_terms or has_external_factor)
                and not has_other_control
                and not has_weak_strength
        end as stops_activesync
    from entries

)

select * from final
