-- Fails when a privileged user's verdict differs from mart_user_mfa, or the user is not marked there.
with

privileged as (

    select
        tenant_id,
        principal_id,
        mfa_verdict
    from {{ ref('mart_privileged_accounts') }}
    where principal_type = 'user'

),

users as (

    select
        tenant_id,
        user_id,
        verdict,
        is_privileged
    from {{ ref('mart_user_mfa') }}

)

select
    privileged.tenant_id,
    privileged.principal_id
from privileged
inner join users
    on privileged.tenant_id = users.tenant_id
    and privileged.principal_id = users.user_id
where not users.is_privileged or users.verdict <> privileged.mfa_verdict
