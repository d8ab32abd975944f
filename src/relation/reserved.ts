/** Words that DuckDB or Trino would not take as a bare name, and those that fail as an alias. */
export const RESERVED: ReadonlySet<string> = new Set(`
all alter analyse analyze and any array as asc asof at between bit both by case cast check coalesce collate column
constraint cross create cube current_date current_time day days deallocate default deferrable delete desc describe
distinct drop else end escape except execute exists extract false fetch filter first for foreign from full generated
glob grant group grouping having hour in initially inner insert intersect interval into is isnull json join lateral
leading left like limit localtime map merge minute month natural normalize not notnull null of offset on only or order
outer over overlaps partition pivot positional prepare primary qualify range recursive references returning right
rollup row rows second select semi set show similar skip some struct summarize symmetric table tablesample target text
then time timestamp to trailing trim true uescape union unique unnest unpivot user using values variadic verbose
view week when where window with within without year
`.trim().split(/\s+/));
