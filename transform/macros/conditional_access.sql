{#-
    For an aggregate over int_conditional_access_lists_unnested as `lists`: does a policy's list
    hold the item?
-#}
{% macro policy_list_has(list_name, item) -%}
    {{ any_row("lists.list_name = '" ~ list_name ~ "' and lists.item = '" ~ item ~ "'") }}
{%- endmacro %}

{#- Does the list hold anything? -#}
{% macro policy_list_is_used(list_name) -%}
    {{ any_row("lists.list_name = '" ~ list_name ~ "'") }}
{%- endmacro %}

{#- How much a policy asks of a sign-in, for comparing two states of it. -#}
{% macro demand_rank(demand) -%}
    case {{ demand }}
        {%- for name in ['none', 'other', 'external', 'mfa', 'block'] %}
        when '{{ name }}' then {{ loop.index }}
        {%- endfor %}
        -- Told apart from other controls since they prove nothing; in older history they are one.
        when 'terms' then 2
    end
{%- endmacro %}

{#-
    What a policy's conditions can hold beyond users, apps, clients, platforms and places. Each
    narrows the policy to circumstances that a sign-in may avoid: the policy is no answer for
    sign-ins at large. `unlisted` stands for whatever the contract does not list.
-#}
{% macro policy_has_unlisted(places) -%}
    (
        {%- for place in places %}
        coalesce({{ json_text('conditions', place) }} = 'true', false)
        {{- ' or' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#-
    Apps that Microsoft's two groups of apps hold, as far as an MSP's policies name them one by one.
    Source: https://learn.microsoft.com/en-us/entra/identity/conditional-access/reference-office-365-application-contents
-#}
{% macro apps_of_groups() -%}
    {{ return({
        'office365': [
            exchange_online(),
            '00000003-0000-0ff1-ce00-000000000000',
            '00000004-0000-0ff1-ce00-000000000000',
            '00000005-0000-0ff1-ce00-000000000000',
            'cc15fd57-2c6c-4117-a88c-83b1d56b4bbe',
            '09abbdfd-ed23-44ee-a2d9-a627aa1c90f3',
        ],
        'microsoftadminportals': [
            'c44b4083-3bb0-49c1-b47d-974e53cbdf3c',
            '00000006-0000-0ff1-ce00-000000000000',
        ],
    }) }}
{%- endmacro %}

{#- The app to which Exchange ActiveSync signs in, the same id in all tenants. -#}
{% macro exchange_online() -%}
    00000002-0000-0ff1-ce00-000000000000
{%- endmacro %}

{#- The MFA trusted addresses of the old service page, which policies name by this id. -#}
{% macro mfa_trusted_addresses() -%}
    00000000-0000-0000-0000-000000000000
{%- endmacro %}
