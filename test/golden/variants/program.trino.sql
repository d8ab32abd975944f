-- facts_deal: Deal: what is asked of each
CREATE OR REPLACE VIEW facts_deal AS
SELECT CAST(0 AS INTEGER) AS facts_world,
  f."row" AS fact,
  f."day",
  d.slice,
  f.owner AS party_0,
  f.partner AS party_1,
  (f.stage = 95689 /* Won */) AS rule_2,
  CAST(CASE WHEN ((f.stage = 95689 /* Won */) AND (f.currency = 92857 /* USD */)) THEN f.amount ELSE CAST(NULL AS BIGINT) END AS BIGINT) AS value_0,
  CAST(CASE WHEN (f.stage = 95689 /* Won */) THEN 1 ELSE CAST(NULL AS BIGINT) END AS BIGINT) AS value_1,
  CAST(1 AS BIGINT) AS value_2,
  CAST(f.product AS BIGINT) AS value_3,
  CAST(CASE WHEN (f.currency = 77557 /* EUR */) THEN f.amount ELSE CAST(NULL AS BIGINT) END AS BIGINT) AS value_4,
  CAST(coalesce(CAST(f.product AS BIGINT), (-1)) AS BIGINT) AS key_5
FROM (
  SELECT v."row",
    v.seq,
    v.id,
    v.file,
    v.record,
    v.line,
    v.hash,
    v."day",
    v.currency,
    v.owner,
    v.stage,
    v.product,
    v.partner,
    v.amount
  FROM fact_deal AS v
  LEFT JOIN superseded_deal AS s ON ((s."row" = v."row") AND (s.seq <= 1))
  WHERE ((s."row" IS NULL) AND (v.seq <= 1))
) AS f
JOIN ref_day AS d ON (d."day" = f."day");

-- credits: who is credited with what share of each fact, in 5 parts
CREATE OR REPLACE VIEW credits AS
SELECT c.facts_world,
  c.fact,
  c."day",
  c.slice,
  c.payee,
  c.rule,
  c.share,
  c.value_0,
  c.value_1,
  c.value_2,
  c.value_3,
  c.value_4,
  c.key_5,
  s.stint,
  s.people_world
FROM (
  SELECT facts_world,
    fact,
    "day",
    slice,
    party_0 AS payee,
    CAST(0 AS INTEGER) AS rule,
    CAST(5 AS BIGINT) AS share,
    value_0,
    value_1,
    value_2,
    value_3,
    value_4,
    key_5
  FROM facts_deal
  WHERE (party_0 IS NOT NULL)
  UNION ALL
  SELECT facts_world,
    fact,
    "day",
    slice,
    party_1 AS payee,
    CAST(1 AS INTEGER) AS rule,
    CAST(((1 * 1) * 1) AS BIGINT) AS share,
    value_0,
    value_1,
    value_2,
    value_3,
    value_4,
    key_5
  FROM facts_deal
  WHERE (party_1 IS NOT NULL)
  UNION ALL
  SELECT facts_world,
    fact,
    "day",
    slice,
    party_0 AS payee,
    CAST(1 AS INTEGER) AS rule,
    CAST(((1 * (1 * (5 - (0 + CASE WHEN (party_1 IS NOT NULL) THEN 1 ELSE 0 END)))) * (1 - 0)) AS BIGINT) AS share,
    value_0,
    value_1,
    value_2,
    value_3,
    value_4,
    key_5
  FROM facts_deal
  WHERE (party_0 IS NOT NULL)
  UNION ALL
  SELECT facts_world,
    fact,
    "day",
    slice,
    party_0 AS payee,
    CAST(2 AS INTEGER) AS rule,
    CAST(5 AS BIGINT) AS share,
    value_0,
    value_1,
    value_2,
    value_3,
    value_4,
    key_5
  FROM facts_deal
  WHERE ((party_0 IS NOT NULL) AND rule_2)
) AS c
JOIN ref_stint AS s ON (((s.payee = c.payee) AND (s.from_day <= c."day")) AND (c."day" < s.to_day));

-- cube: sums of credits by payee, stint and slice of time
CREATE TABLE "cube" AS
SELECT facts_world,
  people_world,
  CAST(0 AS INTEGER) AS block,
  payee,
  stint,
  slice,
  CAST(0 AS BIGINT) AS field_value,
  CAST(CAST(sum((value_0 * share)) FILTER (WHERE (rule = 0)) AS DECIMAL(38,0)) AS BIGINT) AS sum_0,
  count(*) FILTER (WHERE ((value_1 IS NOT NULL) AND (rule = 0))) AS sum_1,
  count(*) FILTER (WHERE ((value_2 IS NOT NULL) AND (rule = 0))) AS sum_2,
  count(*) FILTER (WHERE ((value_2 IS NOT NULL) AND (rule = 1))) AS sum_3,
  count(*) FILTER (WHERE ((value_2 IS NOT NULL) AND (rule = 2))) AS sum_4,
  CAST(NULL AS BIGINT) AS sum_5,
  CAST(NULL AS BIGINT) AS sum_6,
  CAST(CAST(sum((value_4 * share)) FILTER (WHERE (rule = 2)) AS DECIMAL(38,0)) AS BIGINT) AS sum_7
FROM credits
GROUP BY 1, 2, 3, 4, 5, 6, 7
UNION ALL
SELECT facts_world,
  people_world,
  CAST(1 AS INTEGER) AS block,
  payee,
  stint,
  slice,
  value_3 AS field_value,
  CAST(NULL AS BIGINT) AS sum_0,
  CAST(NULL AS BIGINT) AS sum_1,
  CAST(NULL AS BIGINT) AS sum_2,
  CAST(NULL AS BIGINT) AS sum_3,
  CAST(NULL AS BIGINT) AS sum_4,
  count(*) FILTER (WHERE ((value_3 IS NOT NULL) AND (rule = 1))) AS sum_5,
  CAST(NULL AS BIGINT) AS sum_6,
  CAST(NULL AS BIGINT) AS sum_7
FROM credits
WHERE (value_3 IS NOT NULL)
GROUP BY 1, 2, 3, 4, 5, 6, 7
UNION ALL
SELECT facts_world,
  people_world,
  CAST(2 AS INTEGER) AS block,
  payee,
  stint,
  slice,
  key_5 AS field_value,
  CAST(NULL AS BIGINT) AS sum_0,
  CAST(NULL AS BIGINT) AS sum_1,
  CAST(NULL AS BIGINT) AS sum_2,
  CAST(NULL AS BIGINT) AS sum_3,
  CAST(NULL AS BIGINT) AS sum_4,
  CAST(NULL AS BIGINT) AS sum_5,
  CAST(CAST(sum((value_4 * share)) FILTER (WHERE (rule = 1)) AS DECIMAL(38,0)) AS BIGINT) AS sum_6,
  CAST(NULL AS BIGINT) AS sum_7
FROM credits
WHERE (key_5 IS NOT NULL)
GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- measures: what is counted, for whom, as gathered by the end of each period
CREATE TABLE measures AS
SELECT o.world,
  n.plan,
  n.measure,
  n."window",
  w.period,
  n.subject AS payee,
  CAST(CASE WHEN m.by_value THEN c.field_value ELSE 0 END AS BIGINT) AS field_value,
  CAST(coalesce(CAST(sum((CASE WHEN (m.cube_column = 0) THEN c.sum_0 WHEN (m.cube_column = 1) THEN c.sum_1 WHEN (m.cube_column = 2) THEN c.sum_2 WHEN (m.cube_column = 3) THEN c.sum_3 WHEN (m.cube_column = 4) THEN c.sum_4 WHEN (m.cube_column = 5) THEN c.sum_5 WHEN (m.cube_column = 6) THEN c.sum_6 WHEN (m.cube_column = 7) THEN c.sum_7 ELSE CAST(NULL AS BIGINT) END * m.coefficient)) AS DECIMAL(38,0)), CAST(0 AS DECIMAL(38,0))) AS BIGINT) AS num
FROM ref_world AS o
JOIN "cube" AS c ON ((c.facts_world = o.facts_world) AND (c.people_world = o.people_world))
JOIN ref_measure AS m ON ((m.plan_world = o.plan_world) AND (m.block = c.block))
JOIN ref_route AS r ON ((((r.people_world = o.people_world) AND (r.route = m.route)) AND (r.payee = c.payee)) AND (r.stint = c.stint))
JOIN ref_need AS n ON ((((n.plan_world = o.plan_world) AND (n.measure = m.measure)) AND (n.subject = r.subject)) AND (n.stint = r.subject_stint))
JOIN ref_window AS w ON ((w."window" = n."window") AND (w.slice = c.slice))
WHERE (NOT m.distinct_values)
GROUP BY 1, 2, 3, 4, 5, 6, 7
UNION ALL
SELECT o.world,
  n.plan,
  n.measure,
  n."window",
  w.period,
  n.subject AS payee,
  CAST(0 AS BIGINT) AS field_value,
  count(DISTINCT c.field_value) FILTER (WHERE (CASE WHEN (m.cube_column = 0) THEN c.sum_0 WHEN (m.cube_column = 1) THEN c.sum_1 WHEN (m.cube_column = 2) THEN c.sum_2 WHEN (m.cube_column = 3) THEN c.sum_3 WHEN (m.cube_column = 4) THEN c.sum_4 WHEN (m.cube_column = 5) THEN c.sum_5 WHEN (m.cube_column = 6) THEN c.sum_6 WHEN (m.cube_column = 7) THEN c.sum_7 ELSE CAST(NULL AS BIGINT) END > 0)) AS num
FROM ref_world AS o
JOIN "cube" AS c ON ((c.facts_world = o.facts_world) AND (c.people_world = o.people_world))
JOIN ref_measure AS m ON ((m.plan_world = o.plan_world) AND (m.block = c.block))
JOIN ref_route AS r ON ((((r.people_world = o.people_world) AND (r.route = m.route)) AND (r.payee = c.payee)) AND (r.stint = c.stint))
JOIN ref_need AS n ON ((((n.plan_world = o.plan_world) AND (n.measure = m.measure)) AND (n.subject = r.subject)) AND (n.stint = r.subject_stint))
JOIN ref_window AS w ON ((w."window" = n."window") AND (w.slice = c.slice))
WHERE m.distinct_values
GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- attainment: measure beside target, and what the table of the component is read at
CREATE TABLE attainment AS
SELECT world,
  plan,
  component,
  payee,
  period,
  field_value,
  has_value,
  x_n,
  x_d,
  target_n,
  target_d,
  a_n,
  a_d,
  r_n,
  r_d,
  unit_n,
  unit_d,
  curve,
  held
FROM (
  SELECT world,
    plan,
    component,
    reads,
    pays_on,
    has_target,
    lower_is_better,
    needs_value,
    no_target_n,
    no_target_d,
    missing_n,
    missing_d,
    measure_unit_n,
    measure_unit_d,
    measure_mode,
    attainment_unit_n,
    attainment_unit_d,
    attainment_mode,
    reads_div,
    payee,
    period,
    target_n,
    target_d,
    curve,
    unit_n,
    unit_d,
    field_value,
    measured,
    top,
    bottom,
    r_top,
    r_bottom,
    total,
    has_value,
    x_n,
    x_d,
    part_n,
    part_d,
    has_reading,
    o_n,
    o_d,
    measure_top,
    measure_bottom,
    lacks,
    a_n,
    a_d,
    attainment_top,
    attainment_bottom,
    r_n,
    r_d,
    CAST(CASE WHEN ((reads = 2) AND (a_n IS NULL)) THEN lacks WHEN (needs_value AND (NOT has_value)) THEN 2 WHEN ((reads = 1) AND (r_n IS NULL)) THEN 2 WHEN ((r_n IS NULL) AND (unit_n <> 0)) THEN 3 ELSE 0 END AS INTEGER) AS held
  FROM (
    SELECT world,
      plan,
      component,
      reads,
      pays_on,
      has_target,
      lower_is_better,
      needs_value,
      no_target_n,
      no_target_d,
      missing_n,
      missing_d,
      measure_unit_n,
      measure_unit_d,
      measure_mode,
      attainment_unit_n,
      attainment_unit_d,
      attainment_mode,
      reads_div,
      payee,
      period,
      target_n,
      target_d,
      curve,
      CASE WHEN (pays_on = 1) THEN CASE WHEN has_value THEN CASE WHEN (reads = 4) THEN part_n ELSE x_n END ELSE CAST(0 AS DECIMAL(38,0)) END ELSE unit_n END AS unit_n,
      CASE WHEN (pays_on = 1) THEN CASE WHEN (reads = 4) THEN part_d ELSE x_d END ELSE unit_d END AS unit_d,
      field_value,
      measured,
      top,
      bottom,
      r_top,
      r_bottom,
      total,
      has_value,
      x_n,
      x_d,
      part_n,
      part_d,
      has_reading,
      o_n,
      o_d,
      measure_top,
      measure_bottom,
      lacks,
      a_n,
      a_d,
      attainment_top,
      attainment_bottom,
      CASE WHEN (reads = 1) THEN CASE WHEN has_value THEN x_n ELSE CAST(NULL AS DECIMAL(38,0)) END WHEN (reads = 2) THEN a_n WHEN (reads = 3) THEN CASE WHEN has_reading THEN o_n ELSE CAST(NULL AS DECIMAL(38,0)) END WHEN (reads = 4) THEN CASE WHEN (field_value = (-9223372036854775807)) THEN CAST(NULL AS DECIMAL(38,0)) ELSE CAST(field_value AS DECIMAL(38,0)) END ELSE CAST(0 AS DECIMAL(38,0)) END AS r_n,
      CASE WHEN (reads = 1) THEN CASE WHEN has_value THEN x_d ELSE CAST(NULL AS DECIMAL(38,0)) END WHEN (reads = 2) THEN a_d WHEN (reads = 3) THEN CASE WHEN has_reading THEN o_d ELSE CAST(NULL AS DECIMAL(38,0)) END WHEN (reads = 4) THEN CAST(reads_div AS DECIMAL(38,0)) ELSE CAST(1 AS DECIMAL(38,0)) END AS r_d
    FROM (
      SELECT world,
        plan,
        component,
        reads,
        pays_on,
        has_target,
        lower_is_better,
        needs_value,
        no_target_n,
        no_target_d,
        missing_n,
        missing_d,
        measure_unit_n,
        measure_unit_d,
        measure_mode,
        attainment_unit_n,
        attainment_unit_d,
        attainment_mode,
        reads_div,
        payee,
        period,
        target_n,
        target_d,
        curve,
        unit_n,
        unit_d,
        field_value,
        measured,
        top,
        bottom,
        r_top,
        r_bottom,
        total,
        has_value,
        x_n,
        x_d,
        part_n,
        part_d,
        has_reading,
        o_n,
        o_d,
        measure_top,
        measure_bottom,
        lacks,
        CASE WHEN (attainment_unit_n IS NULL) THEN CAST(a_n AS DECIMAL(38,0)) ELSE ((CASE WHEN (a_n < 0) THEN (-1) ELSE 1 END * CASE WHEN (attainment_mode = 1) THEN ((attainment_top - attainment_top % attainment_bottom) / attainment_bottom) WHEN (attainment_mode = 2) THEN ((((attainment_top + attainment_bottom) - 1) - ((attainment_top + attainment_bottom) - 1) % attainment_bottom) / attainment_bottom) ELSE ((((attainment_top * 2) + attainment_bottom) - ((attainment_top * 2) + attainment_bottom) % (attainment_bottom * 2)) / (attainment_bottom * 2)) END) * CAST(attainment_unit_n AS DECIMAL(38,0))) END AS a_n,
        CASE WHEN (attainment_unit_n IS NULL) THEN CAST(a_d AS DECIMAL(38,0)) ELSE CAST(attainment_unit_d AS DECIMAL(38,0)) END AS a_d,
        attainment_top,
        attainment_bottom
      FROM (
        SELECT world,
          plan,
          component,
          reads,
          pays_on,
          has_target,
          lower_is_better,
          needs_value,
          no_target_n,
          no_target_d,
          missing_n,
          missing_d,
          measure_unit_n,
          measure_unit_d,
          measure_mode,
          attainment_unit_n,
          attainment_unit_d,
          attainment_mode,
          reads_div,
          payee,
          period,
          target_n,
          target_d,
          curve,
          unit_n,
          unit_d,
          field_value,
          measured,
          top,
          bottom,
          r_top,
          r_bottom,
          total,
          has_value,
          x_n,
          x_d,
          part_n,
          part_d,
          has_reading,
          o_n,
          o_d,
          measure_top,
          measure_bottom,
          lacks,
          a_n,
          a_d,
          (abs(CAST(a_n AS DECIMAL(38,0))) * CAST(attainment_unit_d AS DECIMAL(38,0))) AS attainment_top,
          (CAST(a_d AS DECIMAL(38,0)) * CAST(attainment_unit_n AS DECIMAL(38,0))) AS attainment_bottom
        FROM (
          SELECT world,
            plan,
            component,
            reads,
            pays_on,
            has_target,
            lower_is_better,
            needs_value,
            no_target_n,
            no_target_d,
            missing_n,
            missing_d,
            measure_unit_n,
            measure_unit_d,
            measure_mode,
            attainment_unit_n,
            attainment_unit_d,
            attainment_mode,
            reads_div,
            payee,
            period,
            target_n,
            target_d,
            curve,
            unit_n,
            unit_d,
            field_value,
            measured,
            top,
            bottom,
            r_top,
            r_bottom,
            total,
            has_value,
            x_n,
            x_d,
            part_n,
            part_d,
            has_reading,
            o_n,
            o_d,
            measure_top,
            measure_bottom,
            lacks,
            CASE WHEN (NOT has_target) THEN CAST(NULL AS DECIMAL(38,0)) WHEN (lacks = 1) THEN CAST(no_target_n AS DECIMAL(38,0)) WHEN (lacks = 2) THEN CAST(missing_n AS DECIMAL(38,0)) WHEN lower_is_better THEN (x_d * CAST(target_n AS DECIMAL(38,0))) ELSE (x_n * CAST(target_d AS DECIMAL(38,0))) END AS a_n,
            CASE WHEN (NOT has_target) THEN CAST(NULL AS DECIMAL(38,0)) WHEN (lacks = 1) THEN CAST(no_target_d AS DECIMAL(38,0)) WHEN (lacks = 2) THEN CAST(missing_d AS DECIMAL(38,0)) WHEN lower_is_better THEN (x_n * CAST(target_d AS DECIMAL(38,0))) ELSE (x_d * CAST(target_n AS DECIMAL(38,0))) END AS a_d
          FROM (
            SELECT world,
              plan,
              component,
              reads,
              pays_on,
              has_target,
              lower_is_better,
              needs_value,
              no_target_n,
              no_target_d,
              missing_n,
              missing_d,
              measure_unit_n,
              measure_unit_d,
              measure_mode,
              attainment_unit_n,
              attainment_unit_d,
              attainment_mode,
              reads_div,
              payee,
              period,
              target_n,
              target_d,
              curve,
              unit_n,
              unit_d,
              field_value,
              measured,
              top,
              bottom,
              r_top,
              r_bottom,
              total,
              has_value,
              x_n,
              x_d,
              part_n,
              part_d,
              has_reading,
              o_n,
              o_d,
              measure_top,
              measure_bottom,
              CAST(CASE WHEN (NOT has_target) THEN 0 WHEN (coalesce(target_n, 0) <= 0) THEN 1 WHEN ((NOT has_value) OR (lower_is_better AND (x_n <= 0))) THEN 2 ELSE 0 END AS INTEGER) AS lacks
            FROM (
              SELECT world,
                plan,
                component,
                reads,
                pays_on,
                has_target,
                lower_is_better,
                needs_value,
                no_target_n,
                no_target_d,
                missing_n,
                missing_d,
                measure_unit_n,
                measure_unit_d,
                measure_mode,
                attainment_unit_n,
                attainment_unit_d,
                attainment_mode,
                reads_div,
                payee,
                period,
                target_n,
                target_d,
                curve,
                unit_n,
                unit_d,
                field_value,
                measured,
                top,
                bottom,
                r_top,
                r_bottom,
                total,
                has_value,
                CASE WHEN (measure_unit_n IS NULL) THEN CAST(x_n AS DECIMAL(38,0)) ELSE ((CASE WHEN (x_n < 0) THEN (-1) ELSE 1 END * CASE WHEN (measure_mode = 1) THEN ((measure_top - measure_top % measure_bottom) / measure_bottom) WHEN (measure_mode = 2) THEN ((((measure_top + measure_bottom) - 1) - ((measure_top + measure_bottom) - 1) % measure_bottom) / measure_bottom) ELSE ((((measure_top * 2) + measure_bottom) - ((measure_top * 2) + measure_bottom) % (measure_bottom * 2)) / (measure_bottom * 2)) END) * CAST(measure_unit_n AS DECIMAL(38,0))) END AS x_n,
                CASE WHEN (measure_unit_n IS NULL) THEN CAST(x_d AS DECIMAL(38,0)) ELSE CAST(measure_unit_d AS DECIMAL(38,0)) END AS x_d,
                part_n,
                part_d,
                has_reading,
                o_n,
                o_d,
                measure_top,
                measure_bottom
              FROM (
                SELECT world,
                  plan,
                  component,
                  reads,
                  pays_on,
                  has_target,
                  lower_is_better,
                  needs_value,
                  no_target_n,
                  no_target_d,
                  missing_n,
                  missing_d,
                  measure_unit_n,
                  measure_unit_d,
                  measure_mode,
                  attainment_unit_n,
                  attainment_unit_d,
                  attainment_mode,
                  reads_div,
                  payee,
                  period,
                  target_n,
                  target_d,
                  curve,
                  unit_n,
                  unit_d,
                  field_value,
                  measured,
                  top,
                  bottom,
                  r_top,
                  r_bottom,
                  total,
                  has_value,
                  x_n,
                  x_d,
                  part_n,
                  part_d,
                  has_reading,
                  o_n,
                  o_d,
                  (abs(CAST(x_n AS DECIMAL(38,0))) * CAST(measure_unit_d AS DECIMAL(38,0))) AS measure_top,
                  (CAST(x_d AS DECIMAL(38,0)) * CAST(measure_unit_n AS DECIMAL(38,0))) AS measure_bottom
                FROM (
                  SELECT world,
                    plan,
                    component,
                    reads,
                    pays_on,
                    has_target,
                    lower_is_better,
                    needs_value,
                    no_target_n,
                    no_target_d,
                    missing_n,
                    missing_d,
                    measure_unit_n,
                    measure_unit_d,
                    measure_mode,
                    attainment_unit_n,
                    attainment_unit_d,
                    attainment_mode,
                    reads_div,
                    payee,
                    period,
                    target_n,
                    target_d,
                    curve,
                    unit_n,
                    unit_d,
                    field_value,
                    measured,
                    top,
                    bottom,
                    r_top,
                    r_bottom,
                    total,
                    (measured AND (bottom <> 0)) AS has_value,
                    CASE WHEN coalesce(((total % nullif(bottom, 0)) = 0), false) THEN ((total - total % nullif(bottom, 0)) / nullif(bottom, 0)) WHEN (bottom < 0) THEN (- total) ELSE total END AS x_n,
                    CASE WHEN (coalesce(((total % nullif(bottom, 0)) = 0), false) OR (bottom = 0)) THEN CAST(1 AS DECIMAL(38,0)) ELSE abs(bottom) END AS x_d,
                    CASE WHEN coalesce(((top % nullif(bottom, 0)) = 0), false) THEN ((top - top % nullif(bottom, 0)) / nullif(bottom, 0)) WHEN (bottom < 0) THEN (- top) ELSE top END AS part_n,
                    CASE WHEN (coalesce(((top % nullif(bottom, 0)) = 0), false) OR (bottom = 0)) THEN CAST(1 AS DECIMAL(38,0)) ELSE abs(bottom) END AS part_d,
                    (r_bottom <> 0) AS has_reading,
                    CASE WHEN coalesce(((r_top % nullif(r_bottom, 0)) = 0), false) THEN ((r_top - r_top % nullif(r_bottom, 0)) / nullif(r_bottom, 0)) WHEN (r_bottom < 0) THEN (- r_top) ELSE r_top END AS o_n,
                    CASE WHEN (coalesce(((r_top % nullif(r_bottom, 0)) = 0), false) OR (r_bottom = 0)) THEN CAST(1 AS DECIMAL(38,0)) ELSE abs(r_bottom) END AS o_d
                  FROM (
                    SELECT world, plan, component, reads, pays_on, has_target, lower_is_better, needs_value, no_target_n, no_target_d, missing_n, missing_d, measure_unit_n, measure_unit_d, measure_mode, attainment_unit_n, attainment_unit_d, attainment_mode, reads_div, payee, period, target_n, target_d, curve, unit_n, unit_d, field_value, measured, top, bottom, r_top, r_bottom, sum(CAST(top AS DECIMAL(38,0))) OVER (PARTITION BY world, component, payee, period ) AS total
                    FROM (
                      SELECT o.world,
                        k.plan,
                        k.component,
                        k.reads,
                        k.pays_on,
                        k.has_target,
                        k.lower_is_better,
                        k.needs_value,
                        k.no_target_n,
                        k.no_target_d,
                        k.missing_n,
                        k.missing_d,
                        k.measure_unit_n,
                        k.measure_unit_d,
                        k.measure_mode,
                        k.attainment_unit_n,
                        k.attainment_unit_d,
                        k.attainment_mode,
                        k.reads_div,
                        a.payee,
                        a.period,
                        a.target_n,
                        a.target_d,
                        a.curve,
                        CAST(a.unit_n AS DECIMAL(38,0)) AS unit_n,
                        CAST(a.unit_d AS DECIMAL(38,0)) AS unit_d,
                        CAST(coalesce(m.field_value, 0) AS BIGINT) AS field_value,
                        (k.measure IS NOT NULL) AS measured,
                        (CAST(coalesce(m.num, 0) AS DECIMAL(38,0)) * k.x_mul) AS top,
                        (CAST(CASE WHEN (k.measure_2 IS NULL) THEN 1 ELSE coalesce(m2.num, 0) END AS DECIMAL(38,0)) * k.x_div) AS bottom,
                        (CAST(coalesce(r.num, 0) AS DECIMAL(38,0)) * k.reads_mul) AS r_top,
                        (CAST(CASE WHEN (k.reads_measure_2 IS NULL) THEN 1 ELSE coalesce(r2.num, 0) END AS DECIMAL(38,0)) * k.reads_div) AS r_bottom
                      FROM ref_world AS o
                      JOIN ref_component AS k ON (k.plan_world = o.plan_world)
                      JOIN ref_assign AS a ON (((a.component = k.component) AND (a.plan_world = o.plan_world)) AND (a.people_world = o.people_world))
                      LEFT JOIN measures AS m ON ((((((m.world = o.world) AND (m.plan = k.plan)) AND (m.measure = k.measure)) AND (m."window" = k."window")) AND (m.period = a.period)) AND (m.payee = a.payee))
                      LEFT JOIN measures AS m2 ON (((((((m2.world = o.world) AND (m2.plan = k.plan)) AND (m2.measure = k.measure_2)) AND (m2."window" = k."window")) AND (m2.period = a.period)) AND (m2.payee = a.payee)) AND (m2.field_value = coalesce(m.field_value, 0)))
                      LEFT JOIN measures AS r ON ((((((r.world = o.world) AND (r.plan = k.plan)) AND (r.measure = k.reads_measure)) AND (r."window" = k."window")) AND (r.period = a.period)) AND (r.payee = a.payee))
                      LEFT JOIN measures AS r2 ON ((((((r2.world = o.world) AND (r2.plan = k.plan)) AND (r2.measure = k.reads_measure_2)) AND (r2."window" = k."window")) AND (r2.period = a.period)) AND (r2.payee = a.payee))
                      WHERE (k.level = 0)
                    ) AS t
                  ) AS t
                ) AS t
              ) AS t
            ) AS t
          ) AS t
        ) AS t
      ) AS t
    ) AS t
  ) AS t
) AS t;

-- parts: what each reading of a table comes to, in 10 -15 minor units
CREATE TABLE parts AS
SELECT world,
  component,
  payee,
  period,
  field_value,
  segment,
  value_n,
  value_d,
  held,
  (((raw_n - raw_n % raw_d) / raw_d) * CAST(1000000000000000 AS DECIMAL(38,0)) + (((2 * ((raw_n % raw_d) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN raw_n < 0 THEN -1 ELSE 1 END * raw_d) - (2 * ((raw_n % raw_d) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN raw_n < 0 THEN -1 ELSE 1 END * raw_d) % (2 * raw_d)) / (2 * raw_d))) AS raw
FROM (
  SELECT world,
    component,
    payee,
    period,
    field_value,
    r_n,
    r_d,
    unit_n,
    unit_d,
    value_unit_n,
    value_unit_d,
    value_mode,
    segment,
    held,
    value_n,
    value_d,
    value_top,
    value_bottom,
    cancels,
    CASE WHEN (held = 0) THEN CASE WHEN cancels THEN value_n ELSE (unit_n * value_n) END ELSE CAST(0 AS DECIMAL(38,0)) END AS raw_n,
    (unit_d * CASE WHEN cancels THEN ((value_d - value_d % nullif(unit_n, 0)) / nullif(unit_n, 0)) ELSE value_d END) AS raw_d
  FROM (
    SELECT world,
      component,
      payee,
      period,
      field_value,
      r_n,
      r_d,
      unit_n,
      unit_d,
      value_unit_n,
      value_unit_d,
      value_mode,
      segment,
      held,
      value_n,
      value_d,
      value_top,
      value_bottom,
      coalesce(((unit_n > 1) AND ((value_d % nullif(unit_n, 0)) = 0)), false) AS cancels
    FROM (
      SELECT world,
        component,
        payee,
        period,
        field_value,
        r_n,
        r_d,
        unit_n,
        unit_d,
        value_unit_n,
        value_unit_d,
        value_mode,
        segment,
        held,
        CASE WHEN (value_unit_n IS NULL) THEN CAST(value_n AS DECIMAL(38,0)) ELSE ((CASE WHEN (value_n < 0) THEN (-1) ELSE 1 END * CASE WHEN (value_mode = 1) THEN ((value_top - value_top % value_bottom) / value_bottom) WHEN (value_mode = 2) THEN ((((value_top + value_bottom) - 1) - ((value_top + value_bottom) - 1) % value_bottom) / value_bottom) ELSE ((((value_top * 2) + value_bottom) - ((value_top * 2) + value_bottom) % (value_bottom * 2)) / (value_bottom * 2)) END) * CAST(value_unit_n AS DECIMAL(38,0))) END AS value_n,
        CASE WHEN (value_unit_n IS NULL) THEN CAST(value_d AS DECIMAL(38,0)) ELSE CAST(value_unit_d AS DECIMAL(38,0)) END AS value_d,
        value_top,
        value_bottom
      FROM (
        SELECT world,
          component,
          payee,
          period,
          field_value,
          r_n,
          r_d,
          unit_n,
          unit_d,
          value_unit_n,
          value_unit_d,
          value_mode,
          segment,
          held,
          value_n,
          value_d,
          (abs(CAST(value_n AS DECIMAL(38,0))) * CAST(value_unit_d AS DECIMAL(38,0))) AS value_top,
          (CAST(value_d AS DECIMAL(38,0)) * CAST(value_unit_n AS DECIMAL(38,0))) AS value_bottom
        FROM (
          SELECT t.world,
            t.component,
            t.payee,
            t.period,
            t.field_value,
            t.r_n,
            t.r_d,
            t.unit_n,
            t.unit_d,
            k.value_unit_n,
            k.value_unit_d,
            k.value_mode,
            s.segment,
            CAST(CASE WHEN (((t.held = 0) AND (s.segment IS NULL)) AND (t.unit_n <> 0)) THEN 4 ELSE t.held END AS INTEGER) AS held,
            coalesce(CASE WHEN (s.b = 0) THEN CAST(s.a AS DECIMAL(38,0)) ELSE ((CAST(s.a AS DECIMAL(38,0)) * t.r_d) + (CAST(s.b AS DECIMAL(38,0)) * t.r_n)) END, CAST(0 AS DECIMAL(38,0))) AS value_n,
            coalesce(CASE WHEN (s.b = 0) THEN CAST(s.c AS DECIMAL(38,0)) ELSE (CAST(s.c AS DECIMAL(38,0)) * t.r_d) END, CAST(1 AS DECIMAL(38,0))) AS value_d
          FROM attainment AS t
          JOIN ref_world AS o ON (o.world = t.world)
          JOIN ref_component AS k ON (((k.component = t.component) AND (k.plan_world = o.plan_world)) AND k.paid)
          LEFT JOIN ref_segment AS s ON (((s.plan_world = o.plan_world) AND (s.curve = t.curve)) AND ((((s.low_n IS NULL) OR ((CAST(t.r_n AS DECIMAL(38,0)) * CAST(s.low_d AS DECIMAL(38,0))) > (CAST(s.low_n AS DECIMAL(38,0)) * CAST(t.r_d AS DECIMAL(38,0))))) OR ((NOT s.low_over) AND ((CAST(t.r_n AS DECIMAL(38,0)) * CAST(s.low_d AS DECIMAL(38,0))) = (CAST(s.low_n AS DECIMAL(38,0)) * CAST(t.r_d AS DECIMAL(38,0)))))) AND (((s.high_n IS NULL) OR ((CAST(t.r_n AS DECIMAL(38,0)) * CAST(s.high_d AS DECIMAL(38,0))) < (CAST(s.high_n AS DECIMAL(38,0)) * CAST(t.r_d AS DECIMAL(38,0))))) OR (s.high_over AND ((CAST(t.r_n AS DECIMAL(38,0)) * CAST(s.high_d AS DECIMAL(38,0))) = (CAST(s.high_n AS DECIMAL(38,0)) * CAST(t.r_d AS DECIMAL(38,0))))))))
        ) AS t
      ) AS t
    ) AS t
  ) AS t
) AS t;

-- gates: each condition, and whether it held
CREATE TABLE gates AS
SELECT world,
  component,
  payee,
  period,
  slot,
  test,
  r_n,
  r_d,
  otherwise,
  share_n,
  share_d,
  coalesce(CASE WHEN (op = 0) THEN ((CAST(r_n AS DECIMAL(38,0)) * CAST(threshold_d AS DECIMAL(38,0))) = (CAST(threshold_n AS DECIMAL(38,0)) * CAST(r_d AS DECIMAL(38,0)))) WHEN (op = 1) THEN ((CAST(r_n AS DECIMAL(38,0)) * CAST(threshold_d AS DECIMAL(38,0))) <> (CAST(threshold_n AS DECIMAL(38,0)) * CAST(r_d AS DECIMAL(38,0)))) WHEN (op = 2) THEN ((CAST(r_n AS DECIMAL(38,0)) * CAST(threshold_d AS DECIMAL(38,0))) < (CAST(threshold_n AS DECIMAL(38,0)) * CAST(r_d AS DECIMAL(38,0)))) WHEN (op = 3) THEN ((CAST(r_n AS DECIMAL(38,0)) * CAST(threshold_d AS DECIMAL(38,0))) <= (CAST(threshold_n AS DECIMAL(38,0)) * CAST(r_d AS DECIMAL(38,0)))) WHEN (op = 4) THEN ((CAST(r_n AS DECIMAL(38,0)) * CAST(threshold_d AS DECIMAL(38,0))) > (CAST(threshold_n AS DECIMAL(38,0)) * CAST(r_d AS DECIMAL(38,0)))) WHEN (op = 5) THEN ((CAST(r_n AS DECIMAL(38,0)) * CAST(threshold_d AS DECIMAL(38,0))) >= (CAST(threshold_n AS DECIMAL(38,0)) * CAST(r_d AS DECIMAL(38,0)))) ELSE CAST(NULL AS BOOLEAN) END, false) AS passed
FROM (
  SELECT world,
    component,
    payee,
    period,
    slot,
    test,
    op,
    threshold_n,
    threshold_d,
    otherwise,
    share_n,
    share_d,
    reads,
    x_n,
    x_d,
    a_n,
    a_d,
    has_value,
    top,
    bottom,
    CASE WHEN (reads = 0) THEN CASE WHEN (bottom <> 0) THEN CASE WHEN (bottom < 0) THEN (- top) ELSE top END ELSE CAST(NULL AS DECIMAL(38,0)) END WHEN (reads = 1) THEN a_n WHEN (reads = 2) THEN CASE WHEN coalesce(has_value, false) THEN x_n ELSE CAST(NULL AS DECIMAL(38,0)) END ELSE CAST(0 AS DECIMAL(38,0)) END AS r_n,
    CASE WHEN (reads = 0) THEN CASE WHEN (bottom <> 0) THEN abs(bottom) ELSE CAST(NULL AS DECIMAL(38,0)) END WHEN (reads = 1) THEN a_d WHEN (reads = 2) THEN x_d ELSE CAST(1 AS DECIMAL(38,0)) END AS r_d
  FROM (
    SELECT o.world,
      k.component,
      a.payee,
      a.period,
      g.slot,
      g.test,
      g.op,
      g.threshold_n,
      g.threshold_d,
      g.otherwise,
      g.share_n,
      g.share_d,
      CAST((g.left_side + 0) AS BIGINT) AS reads,
      t.x_n,
      t.x_d,
      t.a_n,
      t.a_d,
      t.has_value,
      (CAST(coalesce(m.num, 0) AS DECIMAL(38,0)) * coalesce(g.x_mul, 1)) AS top,
      (CAST(CASE WHEN (g.measure_2 IS NULL) THEN 1 ELSE coalesce(m2.num, 0) END AS DECIMAL(38,0)) * coalesce(g.x_div, 1)) AS bottom
    FROM ref_world AS o
    JOIN ref_component AS k ON (k.plan_world = o.plan_world)
    JOIN ref_assign AS a ON ((((a.component = k.component) AND (a.plan_world = o.plan_world)) AND (a.people_world = o.people_world)) AND (a.gate_set IS NOT NULL))
    JOIN ref_gate AS g ON ((g.plan_world = o.plan_world) AND (g.gate_set = a.gate_set))
    LEFT JOIN measures AS m ON ((((((m.world = o.world) AND (m.plan = k.plan)) AND (m.measure = g.measure)) AND (m."window" = k."window")) AND (m.period = a.period)) AND (m.payee = a.payee))
    LEFT JOIN measures AS m2 ON ((((((m2.world = o.world) AND (m2.plan = k.plan)) AND (m2.measure = g.measure_2)) AND (m2."window" = k."window")) AND (m2.period = a.period)) AND (m2.payee = a.payee))
    LEFT JOIN (
      SELECT world,
        component,
        payee,
        period,
        max(x_n) AS x_n,
        max(x_d) AS x_d,
        max(a_n) AS a_n,
        max(a_d) AS a_d,
        bool_or(has_value) AS has_value
      FROM attainment
      GROUP BY 1, 2, 3, 4
    ) AS t ON ((((t.world = o.world) AND (t.component = k.component)) AND (t.payee = a.payee)) AND (t.period = a.period))
  ) AS t
) AS t;

-- factors: each factor, as a pair
CREATE TABLE factors AS
SELECT world,
  component,
  payee,
  period,
  slot,
  segment,
  r_n,
  r_d,
  f_n,
  f_d
FROM (
  SELECT world,
    component,
    payee,
    period,
    slot,
    r_n,
    r_d,
    average,
    factor_unit_n,
    factor_unit_d,
    factor_mode,
    segment,
    CASE WHEN (factor_unit_n IS NULL) THEN CAST(f_n AS DECIMAL(38,0)) ELSE ((CASE WHEN (f_n < 0) THEN (-1) ELSE 1 END * CASE WHEN (factor_mode = 1) THEN ((factor_top - factor_top % factor_bottom) / factor_bottom) WHEN (factor_mode = 2) THEN ((((factor_top + factor_bottom) - 1) - ((factor_top + factor_bottom) - 1) % factor_bottom) / factor_bottom) ELSE ((((factor_top * 2) + factor_bottom) - ((factor_top * 2) + factor_bottom) % (factor_bottom * 2)) / (factor_bottom * 2)) END) * CAST(factor_unit_n AS DECIMAL(38,0))) END AS f_n,
    CASE WHEN (factor_unit_n IS NULL) THEN CAST(f_d AS DECIMAL(38,0)) ELSE CAST(factor_unit_d AS DECIMAL(38,0)) END AS f_d,
    sum_n,
    sum_d,
    factor_top,
    factor_bottom
  FROM (
    SELECT world,
      component,
      payee,
      period,
      slot,
      r_n,
      r_d,
      average,
      factor_unit_n,
      factor_unit_d,
      factor_mode,
      segment,
      f_n,
      f_d,
      sum_n,
      sum_d,
      (abs(CAST(f_n AS DECIMAL(38,0))) * CAST(factor_unit_d AS DECIMAL(38,0))) AS factor_top,
      (CAST(f_d AS DECIMAL(38,0)) * CAST(factor_unit_n AS DECIMAL(38,0))) AS factor_bottom
    FROM (
      SELECT world,
        component,
        payee,
        period,
        slot,
        r_n,
        r_d,
        average,
        factor_unit_n,
        factor_unit_d,
        factor_mode,
        segment,
        CASE WHEN (average AND (r_n <> 0)) THEN (CASE WHEN (r_n < 0) THEN (-1) ELSE 1 END * sum_n) ELSE f_n END AS f_n,
        CASE WHEN (average AND (r_n <> 0)) THEN sum_d ELSE f_d END AS f_d,
        sum_n,
        sum_d
      FROM (
        SELECT t.world,
          t.component,
          t.payee,
          t.period,
          t.slot,
          t.r_n,
          t.r_d,
          t.average,
          t.factor_unit_n,
          t.factor_unit_d,
          t.factor_mode,
          s.segment,
          CASE WHEN (s.b = 0) THEN CAST(s.a AS DECIMAL(38,0)) ELSE ((CAST(s.a AS DECIMAL(38,0)) * t.r_d) + (CAST(s.b AS DECIMAL(38,0)) * t.r_n)) END AS f_n,
          CASE WHEN (s.b = 0) THEN CAST(s.c AS DECIMAL(38,0)) ELSE (CAST(s.c AS DECIMAL(38,0)) * t.r_d) END AS f_d,
          ((CAST(s.a AS DECIMAL(38,0)) * t.r_d) + (CAST(s.b AS DECIMAL(38,0)) * t.r_n)) AS sum_n,
          (CAST(s.c AS DECIMAL(38,0)) * abs(t.r_n)) AS sum_d
        FROM (
          SELECT world,
            component,
            payee,
            period,
            slot,
            curve,
            average,
            reads,
            plan_world,
            factor_unit_n,
            factor_unit_d,
            factor_mode,
            x_n,
            x_d,
            a_n,
            a_d,
            has_value,
            top,
            bottom,
            CASE WHEN (reads = 3) THEN CASE WHEN (bottom <> 0) THEN CASE WHEN (bottom < 0) THEN (- top) ELSE top END ELSE CAST(NULL AS DECIMAL(38,0)) END WHEN (reads = 2) THEN a_n WHEN (reads = 1) THEN CASE WHEN coalesce(has_value, false) THEN x_n ELSE CAST(NULL AS DECIMAL(38,0)) END ELSE CAST(0 AS DECIMAL(38,0)) END AS r_n,
            CASE WHEN (reads = 3) THEN CASE WHEN (bottom <> 0) THEN abs(bottom) ELSE CAST(NULL AS DECIMAL(38,0)) END WHEN (reads = 2) THEN a_d WHEN (reads = 1) THEN x_d ELSE CAST(1 AS DECIMAL(38,0)) END AS r_d
          FROM (
            SELECT o.world,
              k.component,
              a.payee,
              a.period,
              g.slot,
              g.curve,
              g.average,
              g.reads,
              o.plan_world,
              k.factor_unit_n,
              k.factor_unit_d,
              k.factor_mode,
              t.x_n,
              t.x_d,
              t.a_n,
              t.a_d,
              t.has_value,
              (CAST(coalesce(m.num, 0) AS DECIMAL(38,0)) * coalesce(g.x_mul, 1)) AS top,
              (CAST(CASE WHEN (g.measure_2 IS NULL) THEN 1 ELSE coalesce(m2.num, 0) END AS DECIMAL(38,0)) * coalesce(g.x_div, 1)) AS bottom
            FROM ref_world AS o
            JOIN ref_component AS k ON (k.plan_world = o.plan_world)
            JOIN ref_assign AS a ON ((((a.component = k.component) AND (a.plan_world = o.plan_world)) AND (a.people_world = o.people_world)) AND (a.factor_set IS NOT NULL))
            JOIN ref_factor AS g ON ((g.plan_world = o.plan_world) AND (g.factor_set = a.factor_set))
            LEFT JOIN measures AS m ON ((((((m.world = o.world) AND (m.plan = k.plan)) AND (m.measure = g.measure)) AND (m."window" = k."window")) AND (m.period = a.period)) AND (m.payee = a.payee))
            LEFT JOIN measures AS m2 ON ((((((m2.world = o.world) AND (m2.plan = k.plan)) AND (m2.measure = g.measure_2)) AND (m2."window" = k."window")) AND (m2.period = a.period)) AND (m2.payee = a.payee))
            LEFT JOIN (
              SELECT world,
                component,
                payee,
                period,
                max(x_n) AS x_n,
                max(x_d) AS x_d,
                max(a_n) AS a_n,
                max(a_d) AS a_d,
                bool_or(has_value) AS has_value
              FROM attainment
              GROUP BY 1, 2, 3, 4
            ) AS t ON ((((t.world = o.world) AND (t.component = k.component)) AND (t.payee = a.payee)) AND (t.period = a.period))
          ) AS t
        ) AS t
        LEFT JOIN ref_segment AS s ON (((s.plan_world = t.plan_world) AND (s.curve = t.curve)) AND ((((s.low_n IS NULL) OR ((CAST(t.r_n AS DECIMAL(38,0)) * CAST(s.low_d AS DECIMAL(38,0))) > (CAST(s.low_n AS DECIMAL(38,0)) * CAST(t.r_d AS DECIMAL(38,0))))) OR ((NOT s.low_over) AND ((CAST(t.r_n AS DECIMAL(38,0)) * CAST(s.low_d AS DECIMAL(38,0))) = (CAST(s.low_n AS DECIMAL(38,0)) * CAST(t.r_d AS DECIMAL(38,0)))))) AND (((s.high_n IS NULL) OR ((CAST(t.r_n AS DECIMAL(38,0)) * CAST(s.high_d AS DECIMAL(38,0))) < (CAST(s.high_n AS DECIMAL(38,0)) * CAST(t.r_d AS DECIMAL(38,0))))) OR (s.high_over AND ((CAST(t.r_n AS DECIMAL(38,0)) * CAST(s.high_d AS DECIMAL(38,0))) = (CAST(s.high_n AS DECIMAL(38,0)) * CAST(t.r_d AS DECIMAL(38,0))))))))
      ) AS t
    ) AS t
  ) AS t
) AS t;

-- earned_0: pay of each single component, step by step
CREATE TABLE earned_0 AS
SELECT world,
  component,
  payee,
  period,
  plan,
  parent,
  cycle,
  raw,
  gated,
  factored,
  limited,
  held
FROM (
  SELECT world,
    component,
    payee,
    period,
    raw,
    held,
    plan,
    parent,
    cycle,
    incentive_n,
    incentive_d,
    cap_n,
    cap_d,
    floor_n,
    floor_d,
    gated,
    factored,
    cap_top,
    cap_bottom,
    floor_top,
    floor_bottom,
    CASE WHEN ((floor_n IS NOT NULL) AND (held = 0)) THEN greatest(limited, (((floor_top - floor_top % floor_bottom) / floor_bottom) * CAST(1000000000000000 AS DECIMAL(38,0)) + (((2 * ((floor_top % floor_bottom) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN floor_top < 0 THEN -1 ELSE 1 END * floor_bottom) - (2 * ((floor_top % floor_bottom) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN floor_top < 0 THEN -1 ELSE 1 END * floor_bottom) % (2 * floor_bottom)) / (2 * floor_bottom)))) ELSE limited END AS limited
  FROM (
    SELECT world,
      component,
      payee,
      period,
      raw,
      held,
      plan,
      parent,
      cycle,
      incentive_n,
      incentive_d,
      cap_n,
      cap_d,
      floor_n,
      floor_d,
      gated,
      factored,
      cap_top,
      cap_bottom,
      floor_top,
      floor_bottom,
      CASE WHEN (cap_n IS NULL) THEN factored ELSE least(factored, (((cap_top - cap_top % cap_bottom) / cap_bottom) * CAST(1000000000000000 AS DECIMAL(38,0)) + (((2 * ((cap_top % cap_bottom) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN cap_top < 0 THEN -1 ELSE 1 END * cap_bottom) - (2 * ((cap_top % cap_bottom) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN cap_top < 0 THEN -1 ELSE 1 END * cap_bottom) % (2 * cap_bottom)) / (2 * cap_bottom)))) END AS limited
    FROM (
      SELECT world,
        component,
        payee,
        period,
        raw,
        held,
        plan,
        parent,
        cycle,
        incentive_n,
        incentive_d,
        cap_n,
        cap_d,
        floor_n,
        floor_d,
        gated,
        factored,
        coalesce(CAST(cap_n AS DECIMAL(38,0)), CAST(0 AS DECIMAL(38,0))) AS cap_top,
        coalesce(CAST(cap_d AS DECIMAL(38,0)), CAST(1 AS DECIMAL(38,0))) AS cap_bottom,
        coalesce(CAST(floor_n AS DECIMAL(38,0)), CAST(0 AS DECIMAL(38,0))) AS floor_top,
        coalesce(CAST(floor_d AS DECIMAL(38,0)), CAST(1 AS DECIMAL(38,0))) AS floor_bottom
      FROM (
        SELECT world,
          component,
          payee,
          period,
          raw,
          CAST(CASE WHEN (((there IS NOT NULL) AND (f_n IS NULL)) AND (held = 0)) THEN 6 ELSE held END AS INTEGER) AS held,
          plan,
          parent,
          cycle,
          incentive_n,
          incentive_d,
          cap_n,
          cap_d,
          floor_n,
          floor_d,
          gated,
          CASE WHEN (there IS NULL) THEN factored ELSE (((part_n - part_n % part_d) / part_d) + (((2 * (part_n % part_d) + CASE WHEN part_n < 0 THEN -1 ELSE 1 END * part_d) - (2 * (part_n % part_d) + CASE WHEN part_n < 0 THEN -1 ELSE 1 END * part_d) % (2 * part_d)) / (2 * part_d))) END AS factored
        FROM (
          SELECT e.world,
            e.component,
            e.payee,
            e.period,
            e.raw,
            e.held,
            e.plan,
            e.parent,
            e.cycle,
            e.incentive_n,
            e.incentive_d,
            e.cap_n,
            e.cap_d,
            e.floor_n,
            e.floor_d,
            e.gated,
            e.factored,
            g.there,
            g.f_n,
            coalesce((e.factored * g.f_n), CAST(0 AS DECIMAL(38,0))) AS part_n,
            coalesce(g.f_d, CAST(1 AS DECIMAL(38,0))) AS part_d
          FROM (
            SELECT world,
              component,
              payee,
              period,
              raw,
              held,
              plan,
              parent,
              cycle,
              incentive_n,
              incentive_d,
              cap_n,
              cap_d,
              floor_n,
              floor_d,
              gated,
              gated AS factored
            FROM (
              SELECT world,
                component,
                payee,
                period,
                raw,
                CAST(CASE WHEN (coalesce((otherwise = 2), false) AND (held = 0)) THEN 5 ELSE held END AS INTEGER) AS held,
                plan,
                parent,
                cycle,
                incentive_n,
                incentive_d,
                cap_n,
                cap_d,
                floor_n,
                floor_d,
                CASE WHEN (otherwise IS NULL) THEN gated WHEN (otherwise = 0) THEN (((part_n - part_n % part_d) / part_d) + (((2 * (part_n % part_d) + CASE WHEN part_n < 0 THEN -1 ELSE 1 END * part_d) - (2 * (part_n % part_d) + CASE WHEN part_n < 0 THEN -1 ELSE 1 END * part_d) % (2 * part_d)) / (2 * part_d))) WHEN (otherwise = 1) THEN least(gated, (((most_n - most_n % most_d) / most_d) * CAST(1000000000000000 AS DECIMAL(38,0)) + (((2 * ((most_n % most_d) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN most_n < 0 THEN -1 ELSE 1 END * most_d) - (2 * ((most_n % most_d) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN most_n < 0 THEN -1 ELSE 1 END * most_d) % (2 * most_d)) / (2 * most_d)))) ELSE CAST(0 AS DECIMAL(38,0)) END AS gated
              FROM (
                SELECT e.world,
                  e.component,
                  e.payee,
                  e.period,
                  e.raw,
                  e.held,
                  e.plan,
                  e.parent,
                  e.cycle,
                  e.incentive_n,
                  e.incentive_d,
                  e.cap_n,
                  e.cap_d,
                  e.floor_n,
                  e.floor_d,
                  e.gated,
                  g.otherwise,
                  coalesce((e.gated * CAST(g.share_n AS DECIMAL(38,0))), CAST(0 AS DECIMAL(38,0))) AS part_n,
                  CAST(coalesce(g.share_d, 1) AS DECIMAL(38,0)) AS part_d,
                  coalesce((CAST(e.incentive_n AS DECIMAL(38,0)) * CAST(g.share_n AS DECIMAL(38,0))), CAST(0 AS DECIMAL(38,0))) AS most_n,
                  coalesce((CAST(e.incentive_d AS DECIMAL(38,0)) * CAST(g.share_d AS DECIMAL(38,0))), CAST(1 AS DECIMAL(38,0))) AS most_d
                FROM (
                  SELECT e.world,
                    e.component,
                    e.payee,
                    e.period,
                    e.raw,
                    e.held,
                    k.plan,
                    k.parent,
                    a.cycle,
                    a.incentive_n,
                    a.incentive_d,
                    a.cap_n,
                    a.cap_d,
                    a.floor_n,
                    a.floor_d,
                    e.raw AS gated
                  FROM (
                    SELECT world,
                      component,
                      payee,
                      period,
                      CAST(sum(raw) AS DECIMAL(38,0)) AS raw,
                      max(held) AS held
                    FROM parts
                    GROUP BY 1, 2, 3, 4
                  ) AS e
                  JOIN ref_world AS o ON (o.world = e.world)
                  JOIN ref_component AS k ON ((k.component = e.component) AND (k.plan_world = o.plan_world))
                  JOIN ref_assign AS a ON (((((a.component = e.component) AND (a.payee = e.payee)) AND (a.period = e.period)) AND (a.plan_world = o.plan_world)) AND (a.people_world = o.people_world))
                ) AS e
                LEFT JOIN (
                  SELECT world,
                    component,
                    payee,
                    period,
                    max(otherwise) AS otherwise,
                    max(share_n) AS share_n,
                    max(share_d) AS share_d
                  FROM gates
                  WHERE ((slot = 0) AND (NOT passed))
                  GROUP BY 1, 2, 3, 4
                ) AS g ON ((((g.world = e.world) AND (g.component = e.component)) AND (g.payee = e.payee)) AND (g.period = e.period))
              ) AS t
            ) AS t
          ) AS e
          LEFT JOIN (
            SELECT world,
              component,
              payee,
              period,
              f_n,
              f_d,
              CAST(1 AS BIGINT) AS there
            FROM factors
            WHERE (slot = 0)
          ) AS g ON ((((g.world = e.world) AND (g.component = e.component)) AND (g.payee = e.payee)) AND (g.period = e.period))
        ) AS t
      ) AS t
    ) AS t
  ) AS t
) AS t;

-- earned_1: pay of groups of level 1, step by step
CREATE TABLE earned_1 AS
SELECT world,
  component,
  payee,
  period,
  plan,
  parent,
  cycle,
  raw,
  gated,
  factored,
  limited,
  held
FROM (
  SELECT world,
    component,
    payee,
    period,
    raw,
    held,
    plan,
    parent,
    cycle,
    incentive_n,
    incentive_d,
    cap_n,
    cap_d,
    floor_n,
    floor_d,
    gated,
    factored,
    cap_top,
    cap_bottom,
    floor_top,
    floor_bottom,
    CASE WHEN ((floor_n IS NOT NULL) AND (held = 0)) THEN greatest(limited, (((floor_top - floor_top % floor_bottom) / floor_bottom) * CAST(1000000000000000 AS DECIMAL(38,0)) + (((2 * ((floor_top % floor_bottom) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN floor_top < 0 THEN -1 ELSE 1 END * floor_bottom) - (2 * ((floor_top % floor_bottom) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN floor_top < 0 THEN -1 ELSE 1 END * floor_bottom) % (2 * floor_bottom)) / (2 * floor_bottom)))) ELSE limited END AS limited
  FROM (
    SELECT world,
      component,
      payee,
      period,
      raw,
      held,
      plan,
      parent,
      cycle,
      incentive_n,
      incentive_d,
      cap_n,
      cap_d,
      floor_n,
      floor_d,
      gated,
      factored,
      cap_top,
      cap_bottom,
      floor_top,
      floor_bottom,
      CASE WHEN (cap_n IS NULL) THEN factored ELSE least(factored, (((cap_top - cap_top % cap_bottom) / cap_bottom) * CAST(1000000000000000 AS DECIMAL(38,0)) + (((2 * ((cap_top % cap_bottom) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN cap_top < 0 THEN -1 ELSE 1 END * cap_bottom) - (2 * ((cap_top % cap_bottom) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN cap_top < 0 THEN -1 ELSE 1 END * cap_bottom) % (2 * cap_bottom)) / (2 * cap_bottom)))) END AS limited
    FROM (
      SELECT world,
        component,
        payee,
        period,
        raw,
        held,
        plan,
        parent,
        cycle,
        incentive_n,
        incentive_d,
        cap_n,
        cap_d,
        floor_n,
        floor_d,
        gated,
        factored,
        coalesce(CAST(cap_n AS DECIMAL(38,0)), CAST(0 AS DECIMAL(38,0))) AS cap_top,
        coalesce(CAST(cap_d AS DECIMAL(38,0)), CAST(1 AS DECIMAL(38,0))) AS cap_bottom,
        coalesce(CAST(floor_n AS DECIMAL(38,0)), CAST(0 AS DECIMAL(38,0))) AS floor_top,
        coalesce(CAST(floor_d AS DECIMAL(38,0)), CAST(1 AS DECIMAL(38,0))) AS floor_bottom
      FROM (
        SELECT world,
          component,
          payee,
          period,
          raw,
          CAST(CASE WHEN (((there IS NOT NULL) AND (f_n IS NULL)) AND (held = 0)) THEN 6 ELSE held END AS INTEGER) AS held,
          plan,
          parent,
          cycle,
          incentive_n,
          incentive_d,
          cap_n,
          cap_d,
          floor_n,
          floor_d,
          gated,
          CASE WHEN (there IS NULL) THEN factored ELSE (((part_n - part_n % part_d) / part_d) + (((2 * (part_n % part_d) + CASE WHEN part_n < 0 THEN -1 ELSE 1 END * part_d) - (2 * (part_n % part_d) + CASE WHEN part_n < 0 THEN -1 ELSE 1 END * part_d) % (2 * part_d)) / (2 * part_d))) END AS factored
        FROM (
          SELECT e.world,
            e.component,
            e.payee,
            e.period,
            e.raw,
            e.held,
            e.plan,
            e.parent,
            e.cycle,
            e.incentive_n,
            e.incentive_d,
            e.cap_n,
            e.cap_d,
            e.floor_n,
            e.floor_d,
            e.gated,
            e.factored,
            g.there,
            g.f_n,
            coalesce((e.factored * g.f_n), CAST(0 AS DECIMAL(38,0))) AS part_n,
            coalesce(g.f_d, CAST(1 AS DECIMAL(38,0))) AS part_d
          FROM (
            SELECT world,
              component,
              payee,
              period,
              raw,
              held,
              plan,
              parent,
              cycle,
              incentive_n,
              incentive_d,
              cap_n,
              cap_d,
              floor_n,
              floor_d,
              gated,
              gated AS factored
            FROM (
              SELECT world,
                component,
                payee,
                period,
                raw,
                CAST(CASE WHEN (coalesce((otherwise = 2), false) AND (held = 0)) THEN 5 ELSE held END AS INTEGER) AS held,
                plan,
                parent,
                cycle,
                incentive_n,
                incentive_d,
                cap_n,
                cap_d,
                floor_n,
                floor_d,
                CASE WHEN (otherwise IS NULL) THEN gated WHEN (otherwise = 0) THEN (((part_n - part_n % part_d) / part_d) + (((2 * (part_n % part_d) + CASE WHEN part_n < 0 THEN -1 ELSE 1 END * part_d) - (2 * (part_n % part_d) + CASE WHEN part_n < 0 THEN -1 ELSE 1 END * part_d) % (2 * part_d)) / (2 * part_d))) WHEN (otherwise = 1) THEN least(gated, (((most_n - most_n % most_d) / most_d) * CAST(1000000000000000 AS DECIMAL(38,0)) + (((2 * ((most_n % most_d) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN most_n < 0 THEN -1 ELSE 1 END * most_d) - (2 * ((most_n % most_d) * CAST(1000000000000000 AS DECIMAL(38,0))) + CASE WHEN most_n < 0 THEN -1 ELSE 1 END * most_d) % (2 * most_d)) / (2 * most_d)))) ELSE CAST(0 AS DECIMAL(38,0)) END AS gated
              FROM (
                SELECT e.world,
                  e.component,
                  e.payee,
                  e.period,
                  e.raw,
                  e.held,
                  e.plan,
                  e.parent,
                  e.cycle,
                  e.incentive_n,
                  e.incentive_d,
                  e.cap_n,
                  e.cap_d,
                  e.floor_n,
                  e.floor_d,
                  e.gated,
                  g.otherwise,
                  coalesce((e.gated * CAST(g.share_n AS DECIMAL(38,0))), CAST(0 AS DECIMAL(38,0))) AS part_n,
                  CAST(coalesce(g.share_d, 1) AS DECIMAL(38,0)) AS part_d,
                  coalesce((CAST(e.incentive_n AS DECIMAL(38,0)) * CAST(g.share_n AS DECIMAL(38,0))), CAST(0 AS DECIMAL(38,0))) AS most_n,
                  coalesce((CAST(e.incentive_d AS DECIMAL(38,0)) * CAST(g.share_d AS DECIMAL(38,0))), CAST(1 AS DECIMAL(38,0))) AS most_d
                FROM (
                  SELECT e.world,
                    e.component,
                    e.payee,
                    e.period,
                    e.raw,
                    e.held,
                    k.plan,
                    k.parent,
                    a.cycle,
                    a.incentive_n,
                    a.incentive_d,
                    a.cap_n,
                    a.cap_d,
                    a.floor_n,
                    a.floor_d,
                    e.raw AS gated
                  FROM (
                    SELECT e.world,
                      k.component,
                      e.payee,
                      e.period,
                      CAST(sum(e.limited) AS DECIMAL(38,0)) AS raw,
                      max(e.held) AS held
                    FROM (
                      SELECT world,
                        parent,
                        payee,
                        period,
                        limited,
                        held
                      FROM earned_0
                    ) AS e
                    JOIN ref_world AS o ON (o.world = e.world)
                    JOIN ref_component AS k ON (((k.component = e.parent) AND (k.plan_world = o.plan_world)) AND (k.level = 1))
                    GROUP BY 1, 2, 3, 4
                  ) AS e
                  JOIN ref_world AS o ON (o.world = e.world)
                  JOIN ref_component AS k ON ((k.component = e.component) AND (k.plan_world = o.plan_world))
                  JOIN ref_assign AS a ON (((((a.component = e.component) AND (a.payee = e.payee)) AND (a.period = e.period)) AND (a.plan_world = o.plan_world)) AND (a.people_world = o.people_world))
                ) AS e
                LEFT JOIN (
                  SELECT world,
                    component,
                    payee,
                    period,
                    max(otherwise) AS otherwise,
                    max(share_n) AS share_n,
                    max(share_d) AS share_d
                  FROM gates
                  WHERE ((slot = 0) AND (NOT passed))
                  GROUP BY 1, 2, 3, 4
                ) AS g ON ((((g.world = e.world) AND (g.component = e.component)) AND (g.payee = e.payee)) AND (g.period = e.period))
              ) AS t
            ) AS t
          ) AS e
          LEFT JOIN (
            SELECT world,
              component,
              payee,
              period,
              f_n,
              f_d,
              CAST(1 AS BIGINT) AS there
            FROM factors
            WHERE (slot = 0)
          ) AS g ON ((((g.world = e.world) AND (g.component = e.component)) AND (g.payee = e.payee)) AND (g.period = e.period))
        ) AS t
      ) AS t
    ) AS t
  ) AS t
) AS t;

-- earnings: what each component earns in each period, in minor units, and what rounding left over
CREATE TABLE earnings AS
SELECT world,
  component,
  payee,
  period,
  plan,
  cycle,
  raw,
  gated,
  factored,
  limited,
  so_far,
  before,
  held,
  CAST((so_far - before) AS BIGINT) AS amount,
  (limited - (CAST(so_far AS DECIMAL(38,0)) * CAST(1000000000000000 AS DECIMAL(38,0)))) AS residue
FROM (
  SELECT world, component, payee, period, plan, cycle, raw, gated, factored, limited, held, end_unit, end_minor, end_add, so_far, lag(so_far, 1, 0) OVER (PARTITION BY world, component, payee, cycle ORDER BY period NULLS LAST) AS before
  FROM (
    SELECT world,
      component,
      payee,
      period,
      plan,
      cycle,
      raw,
      gated,
      factored,
      limited,
      held,
      end_unit,
      end_minor,
      end_add,
      CAST(((CASE WHEN (limited < 0) THEN (-1) ELSE 1 END * ((greatest((abs(limited) + end_add), CAST(0 AS DECIMAL(38,0))) - greatest((abs(limited) + end_add), CAST(0 AS DECIMAL(38,0))) % end_unit) / end_unit)) * CAST(end_minor AS DECIMAL(38,0))) AS BIGINT) AS so_far
    FROM (
      SELECT e.world,
        e.component,
        e.payee,
        e.period,
        e.plan,
        e.cycle,
        e.raw,
        e.gated,
        e.factored,
        e.limited,
        e.held,
        k.end_unit,
        k.end_minor,
        k.end_add
      FROM (
        SELECT world, component, payee, period, plan, parent, cycle, raw, gated, factored, limited, held
        FROM (
          SELECT world, component, payee, period, plan, parent, cycle, raw, gated, factored, limited, held
          FROM earned_0
          UNION ALL
          SELECT world, component, payee, period, plan, parent, cycle, raw, gated, factored, limited, held
          FROM earned_1
        ) AS t
        WHERE (parent IS NULL)
      ) AS e
      JOIN ref_world AS o ON (o.world = e.world)
      JOIN ref_component AS k ON ((k.component = e.component) AND (k.plan_world = o.plan_world))
    ) AS t
  ) AS t
) AS t;

-- payouts: what is paid: earnings after the cap of the plan
CREATE TABLE payouts AS
SELECT world,
  plan,
  component,
  payee,
  period,
  amount,
  held,
  CAST(CASE WHEN (cap IS NULL) THEN amount ELSE CAST((part + CASE WHEN (CAST(place AS DECIMAL(38,0)) <= (CAST(cap AS DECIMAL(38,0)) - given)) THEN CAST(1 AS DECIMAL(38,0)) ELSE CAST(0 AS DECIMAL(38,0)) END) AS BIGINT) END AS BIGINT) AS payout
FROM (
  SELECT world, component, payee, period, plan, amount, held, cap, part_n, part_d, part, rest, row_number() OVER (PARTITION BY world, plan, payee, period ORDER BY rest DESC NULLS LAST, component NULLS LAST) AS place, sum(CAST(part AS DECIMAL(38,0))) OVER (PARTITION BY world, plan, payee, period ) AS given
  FROM (
    SELECT world,
      component,
      payee,
      period,
      plan,
      amount,
      held,
      cap,
      part_n,
      part_d,
      part,
      (part_n - (part * part_d)) AS rest
    FROM (
      SELECT world,
        component,
        payee,
        period,
        plan,
        amount,
        held,
        cap,
        part_n,
        part_d,
        (((part_n - part_n % part_d) / part_d) + ((((part_n % part_d) - (part_n % part_d) % part_d) / part_d) - CASE WHEN (part_n % part_d) % part_d < 0 THEN 1 ELSE 0 END)) AS part
      FROM (
        SELECT e.world,
          e.component,
          e.payee,
          e.period,
          e.plan,
          e.amount,
          e.held,
          c.cap,
          coalesce((CAST(e.amount AS DECIMAL(38,0)) * c.cap), CAST(0 AS DECIMAL(38,0))) AS part_n,
          CASE WHEN (c.cap IS NULL) THEN CAST(1 AS DECIMAL(38,0)) ELSE e.total END AS part_d
        FROM (
          SELECT world, component, payee, period, plan, amount, held, sum(CAST(amount AS DECIMAL(38,0))) OVER (PARTITION BY world, plan, payee, period ) AS total
          FROM (
            SELECT world,
              component,
              payee,
              period,
              plan,
              amount,
              held
            FROM earnings
          ) AS t
        ) AS e
        JOIN ref_world AS o ON (o.world = e.world)
        LEFT JOIN ref_cap AS c ON (((((c.plan_world = o.plan_world) AND (c.plan = e.plan)) AND (c.payee = e.payee)) AND (c.period = e.period)) AND (e.total > c.cap))
      ) AS t
    ) AS t
  ) AS t
) AS t;
