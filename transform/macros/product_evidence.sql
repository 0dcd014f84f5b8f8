{#-
    One row per item of `candidates` with its best evidence: the lowest evidence_rank wins, and
    product_count tells how many products that evidence names.
-#}
{% macro best_product_candidate(candidates) %}
    select
        ranked.namespace,
        ranked.connection_id,
        ranked.source_product_id,
        min(ranked.product_id) as product_id,
        min(ranked.units_per_item) as units_per_item,
        min(ranked.method) as method,
        count(distinct ranked.product_id) as product_count
    from (
        select
            {{ candidates }}.*,
            rank() over (
                partition by namespace, connection_id, source_product_id
                order by evidence_rank
            ) as candidate_rank
        from {{ candidates }}
    ) as ranked
    where ranked.candidate_rank = 1
    group by ranked.namespace, ranked.connection_id, ranked.source_product_id
{%- endmacro %}
