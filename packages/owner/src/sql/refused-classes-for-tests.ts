// The reasons for which ZetaSQL's analyzer refuses differentially private queries (google/zetasql commit
// 2d8f7b7, Apache-2.0, analyzer/testdata/differential_privacy*.test: 93 different ones), each with a query of
// that class written for our dialect, or with the reason why our dialect has no such query.
//
// One thing because it is one list.

export type RefusedClass = { readonly sql: string; readonly told: RegExp } | { readonly cannot: string };

const malformed = /^the SQL cannot be read/;
const aggregateOfAggregates = /^an aggregate of aggregates is not answered/;
const privateJoin = /^this condition of a join of two datasets is not answered/;
const subSelect = /^a sub-select inside an expression is not answered/;
const exposed = /row is about a person$/;
const union = /^UNION, INTERSECT or EXCEPT is not answered/;
const outer = /^an outer join is not answered/;
const named = /with a named argument is not answered/;
const otherThanOne = /of other than one column/;
const strategyOption = "groups are chosen in one way, every declared key, and no option says so";
const boundOption = "how many rows and groups a person adds to is on the owner's card, and no asker sets it";
const unitType = "the owner's card names the person's column, and ingest reads it as text: it has one type";

export const refusedClasses: Readonly<Record<string, RefusedClass>> = {
  "Subqueries of differential_privacy queries must explicitly SELECT the userid column '<x>'": {
    sql: "SELECT SUM(n) FROM (SELECT age, COUNT(*) AS n FROM clinic GROUP BY age) AS by_age",
    told: aggregateOfAggregates,
  },
  "Subqueries of differential_privacy queries must explicitly SELECT the userid column 'uid'": {
    sql: "SELECT AVG(m) FROM (SELECT AVG(bmi) AS m FROM clinic) AS inside",
    told: aggregateOfAggregates,
  },
  "A SELECT WITH DIFFERENTIAL_PRIVACY query must query data with a specified privacy unit column": {
    sql: "SELECT COUNT(*) FROM (VALUES (1), (2)) AS numbers(n)",
    told: /^a query of public values alone is not answered/,
  },
  "Joins between tables containing private data must also explicitly join on the user id column in each table, add 'AND <x>=<x>' to the join ON expression":
    {
      sql: "SELECT COUNT(*) FROM clinic JOIN stays ON clinic.age = stays.nights AND clinic.visits = stays.nights",
      told: privateJoin,
    },
  "Reading the table SimpleTypesWithAnonymizationUid containing user data in expression subqueries is not allowed":
    {
      sql: "SELECT COUNT(*) FROM clinic WHERE bmi > (SELECT AVG(bmi) FROM clinic)",
      told: subSelect,
    },
  "Differential privacy option must be a path expression": {
    sql: "SELECT SUM(bmi, clinic => 1) FROM clinic",
    told: named,
  },
  "Joins between tables containing private data must explicitly join on the user id column in each table, add 'ON <x>=<x>'":
    {
      sql: "SELECT COUNT(*) FROM clinic CROSS JOIN stays",
      told: /^CROSS JOIN is not answered/,
    },
  "At most one of the options max_groups_contributed or max_rows_contributed may be specified in differential privacy options, instead got: max_groups_contributed, max_rows_contributed":
    { cannot: boundOption },
  "Differential privacy option group_selection_strategy PUBLIC_GROUPS expects an outer join with a SELECT DISTINCT subquery over a non-uid table for all columns in the GROUP BY, but did not find such a join for the following columns: int64":
    {
      sql: "SELECT bmi, COUNT(*) FROM clinic GROUP BY bmi",
      told: /^GROUP BY of this expression is not answered/,
    },
  "group_selection_strategy = PUBLIC_GROUPS does not allow operations between the public groups join and the aggregation, because they could suppress public groups from the result. Try moving the operation to an input subquery of the public groups join.":
    {
      sql: "SELECT t.k, COUNT(*) FROM (SELECT * FROM clinic RIGHT JOIN (VALUES ('north')) AS t(k) ON region = t.k) AS j GROUP BY t.k",
      told: outer,
    },
  "Option MAX_GROUPS_CONTRIBUTED must be an INT64 literal between 1 and 2147483647": { cannot: boundOption },
  "Option MAX_ROWS_CONTRIBUTED must be an INT64 literal between 1 and 2147483647": { cannot: boundOption },
  "User id columns must support grouping, instead got type PROTO": { cannot: unitType },
  "Argument * can only be used in COUNT(*)": {
    sql: "SELECT SUM(*) FROM clinic",
    told: /^SUM\(\*\) is not answered/,
  },
  "Function not found: <x>": {
    sql: "SELECT SUM(zodiac(age)) FROM clinic",
    told: /^the function "zodiac" is not answered/,
  },
  "GROUPING function is not supported in differential privacy queries": {
    sql: "SELECT region, GROUPING(region), COUNT(*) FROM clinic GROUP BY region",
    told: /^GROUPING\(\) is not answered/,
  },
  "Unsupported scan type inside of DIFFERENTIAL_PRIVACY clause: ResolvedRelationArgumentScan": {
    sql: "SELECT COUNT(*) FROM generate_series(1, 10) AS s(n)",
    told: /^a function in FROM is not answered/,
  },
  "Both tables in a FULL OUTER join must contain user data": {
    sql: "SELECT COUNT(*) FROM clinic FULL OUTER JOIN (VALUES ('north', 1)) AS t(k, v) ON region = t.k",
    told: outer,
  },
  "The right table in a RIGHT OUTER join must contain user data": {
    sql: "SELECT COUNT(*) FROM clinic RIGHT OUTER JOIN (VALUES ('north', 1)) AS t(k, v) ON region = t.k",
    told: outer,
  },
  "The left table in a LEFT OUTER join must contain user data": {
    sql: "SELECT COUNT(*) FROM (VALUES ('north', 1)) AS t(k, v) LEFT OUTER JOIN clinic ON region = t.k",
    told: outer,
  },
  "group_selection_strategy = PUBLIC_GROUPS does not allow JOIN operations between the public groups join and the aggregation, because they could suppress public groups from the result. Try moving the operation to an input subquery of the public groups join.":
    {
      sql: "SELECT t.k, COUNT(*) FROM clinic JOIN (VALUES ('north')) AS t(k) ON region = t.k JOIN stays ON stays.nights = clinic.age GROUP BY t.k",
      told: privateJoin,
    },
  "generic::unimplemented: Unimplemented aggregation: COUNT(*) while using max_rows_contributed": {
    cannot: boundOption,
  },
  "Unknown differential privacy option: k_threshold": {
    sql: "SELECT region, COUNT(region, k_threshold => 5) FROM clinic GROUP BY region",
    told: named,
  },
  "privacy_unit_column option cannot override the privacy unit column set in the table metadata: uid": {
    sql: "SELECT COUNT(DISTINCT age) FROM clinic",
    told: /^COUNT\(DISTINCT \.\.\.\) is not answered/,
  },
  "You must use GROUP BY or aggregation function in a SELECT WITH DIFFERENTIAL_PRIVACY query, but it was absent":
    {
      sql: "SELECT age, bmi FROM clinic WHERE age > 80",
      told: exposed,
    },
  "Differential privacy option group_selection_strategy must be a non-NULL enum literal": {
    cannot: strategyOption,
  },
  "Joins between tables containing private data must also explicitly join on the user id column in each table, add 'AND uid=uid' to the join ON expression":
    {
      sql: "SELECT AVG(a.bmi) FROM clinic AS a JOIN clinic AS b ON a.age = b.age AND a.sex = b.sex",
      told: /^a join of "clinic" with itself is not answered/,
    },
  "Differential privacy option max_groups_contributed value has type DOUBLE which cannot be coerced to expected type INT64":
    { cannot: boundOption },
  "Unknown differential privacy option: foo": { sql: "SELECT AVG(bmi, foo => 2) FROM clinic", told: named },
  "No matching signature for aggregate operator SUM in DIFFERENTIAL_PRIVACY context for argument types: INT64, DIFFERENTIAL_PRIVACY_REPORT_FORMAT":
    {
      sql: "SELECT SUM(age, report_format => 'JSON') FROM clinic",
      told: named,
    },
  "Reading the table ArrayWithAnonymizationUid containing user data in expression subqueries is not allowed":
    {
      sql: "SELECT SUM(age) FROM clinic WHERE age = ANY (ARRAY(SELECT nights FROM stays))",
      told: /^ANY or ALL of an array is not answered/,
    },
  "TVF arguments do not support SELECT WITH DIFFERENTIAL_PRIVACY queries": {
    sql: "SELECT COUNT(*) FROM ROWS FROM (unnest(ARRAY(SELECT age FROM clinic))) AS u(x)",
    told: /^a function in FROM is not answered/,
  },
  "SELECT without FROM clause cannot specify WITH DIFFERENTIAL_PRIVACY": {
    sql: "SELECT COUNT(*)",
    told: /^a SELECT without FROM is not answered/,
  },
  "Unsupported function in DIFFERENTIAL_PRIVACY clause: MAX": {
    sql: "SELECT MAX(bmi) FROM clinic",
    told: /^the function "max" is not answered/,
  },
  "SELECT list expression references column int64 which is neither grouped nor aggregated": {
    sql: "SELECT age, COUNT(*) FROM clinic GROUP BY region",
    told: exposed,
  },
  "No matching signature for aggregate operator COUNT in DIFFERENTIAL_PRIVACY context for argument types: STRING, STRUCT<INT64, INT64>, DOUBLE":
    {
      sql: "SELECT COUNT(region, ROW(0, 5), 0.5) FROM clinic",
      told: otherThanOne,
    },
  "Call to function ZetaSQL:$differential_privacy_count must not specify positional arguments after named arguments; named arguments must be specified last in the argument list":
    { sql: "SELECT COUNT(bound => 5, region) FROM clinic", told: named },
  "SELECT WITH DIFFERENTIAL_PRIVACY does not support DISTINCT": {
    sql: "SELECT DISTINCT region, COUNT(*) FROM clinic GROUP BY region",
    told: /^SELECT DISTINCT is not answered/,
  },
  "Unsupported scan type inside of DIFFERENTIAL_PRIVACY clause: ResolvedAnalyticScan": {
    sql: "SELECT SUM(bmi) OVER (PARTITION BY region) FROM clinic GROUP BY region",
    told: /^a window function \(OVER\)/,
  },
  "GROUP BY ROLLUP is not supported in anonymization queries": {
    sql: "SELECT region, COUNT(*) FROM clinic GROUP BY ROLLUP (region, sex)",
    told: /^GROUPING SETS, ROLLUP or CUBE is not answered/,
  },
  "GROUP BY CUBE is not supported in anonymization queries": {
    sql: "SELECT sex, COUNT(*) FROM clinic GROUP BY CUBE (sex, region)",
    told: /^GROUPING SETS, ROLLUP or CUBE is not answered/,
  },
  "GROUP BY GROUPING SETS is not supported in anonymization queries": {
    sql: "SELECT COUNT(*) FROM clinic GROUP BY GROUPING SETS ((region), (sex), ())",
    told: /^GROUPING SETS, ROLLUP or CUBE is not answered/,
  },
  "Invalid identifier after SELECT WITH; expected DIFFERENTIAL_PRIVACY but got: custom_identifier": {
    sql: "SELECT WITH my_privacy AVG(bmi) FROM clinic",
    told: malformed,
  },
  "Invalid identifier after SELECT WITH; expected DIFFERENTIAL_PRIVACY but got: sum": {
    sql: "SELECT WITH sum(bmi) FROM clinic",
    told: malformed,
  },
  "Invalid identifier after SELECT WITH; expected ANONYMIZATION, DIFFERENTIAL_PRIVACY but got: custom_identifier":
    {
      sql: "SELECT WITH differential_privacy OPTIONS (epsilon = 1) COUNT(*) FROM clinic",
      told: malformed,
    },
  "ANON functions are not allowed in SELECT WITH DIFFERENTIAL_PRIVACY queries. Please use non ANON_ versions of the functions":
    {
      sql: "SELECT ANON_SUM(bmi) FROM clinic",
      told: /^the function "anon_sum" is not answered/,
    },
  "Function not found: anon_count; Did you mean anon_test?": {
    sql: "SELECT region, ANON_COUNT(*) FROM clinic GROUP BY region",
    told: /anon_count.* is not answered|^ANON_COUNT/i,
  },
  "No matching signature for aggregate operator COUNT(*) in DIFFERENTIAL_PRIVACY context for argument types: STRUCT<DOUBLE, DOUBLE>":
    {
      sql: "SELECT COUNT(ROW(0.0, 1.0), ROW(1, 2)) FROM clinic",
      told: otherThanOne,
    },
  "Argument 'contribution_bounds_per_group' to SUM must be a literal or query parameter": {
    sql: "SELECT SUM(bmi, contribution_bounds_per_group => ROW(age, 9)) FROM clinic",
    told: named,
  },
  "Subqueries of anonymization queries must explicitly SELECT the userid column 'uid'": {
    sql: "SELECT COUNT(*) FROM (SELECT DISTINCT region FROM clinic) AS regions",
    told: /^DISTINCT in a sub-select is not answered/,
  },
  "The CLAMPED BETWEEN clause is not allowed in the function call arguments for function COUNT": {
    sql: "SELECT COUNT(age CLAMPED BETWEEN 0 AND 10) FROM clinic",
    told: malformed,
  },
  "Unexpected keyword WITH": { sql: "SELECT COUNT(*) WITH REPORT FROM clinic WITH", told: malformed },
  "Differential privacy option group_selection_strategy PUBLIC_GROUPS has not been enabled": {
    cannot: strategyOption,
  },
  "Differential privacy option group_selection_strategy PUBLIC_GROUPS is not supported without support for WITH subqueries":
    { cannot: strategyOption },
  "Could not cast literal <x> to type DIFFERENTIAL_PRIVACY_GROUP_SELECTION_STRATEGY": {
    cannot: strategyOption,
  },
  "Duplicate differential privacy option specified for 'group_selection_strategy'": {
    cannot: strategyOption,
  },
  "Differential privacy option group_selection_strategy PUBLIC_GROUPS expects an outer join with a SELECT DISTINCT subquery over a non-uid table for all columns in the GROUP BY, but did not find such a join for the following columns: uid":
    {
      sql: "SELECT patient_id, COUNT(*) FROM clinic GROUP BY patient_id",
      told: /names the people of clinic$/,
    },
  "Differential privacy option group_selection_strategy PUBLIC_GROUPS only allows column names out of the public group SELECT DISTINCT subquery in the GROUP BY list.":
    {
      sql: "SELECT COUNT(*) FROM clinic GROUP BY bmi * 2",
      told: /^GROUP BY of this expression is not answered/,
    },
  "Differential privacy option group_selection_strategy PUBLIC_GROUPS expects an outer join with a SELECT DISTINCT subquery over a non-uid table for all columns in the GROUP BY, but did not find such a join for the following columns: int64, string":
    {
      sql: "SELECT COUNT(*) FROM clinic GROUP BY region, change",
      told: /^GROUP BY of this expression is not answered/,
    },
  "Joins between tables containing private data must explicitly join on the user id column in each table": {
    sql: "SELECT COUNT(*) FROM clinic, stays",
    told: /^FROM with several tables side by side is not answered/,
  },
  "Joins between tables containing private data must explicitly join on the user id column in each table, add 'ON uid=<x>'":
    {
      sql: "SELECT SUM(nights) FROM clinic NATURAL JOIN stays",
      told: /^NATURAL JOIN is not answered/,
    },
  "Joins between tables containing private data must explicitly join on the user id column in each table, add 'ON T1StringAnonymizationUid.uid=T2StringAnonymizationUid.uid'":
    { sql: "SELECT SUM(s.nights) FROM clinic c JOIN stays s ON true", told: privateJoin },
  "Subqueries of differential_privacy queries must explicitly SELECT the userid column ''": {
    sql: "SELECT COUNT(*) FROM (SELECT age FROM clinic ORDER BY age LIMIT 5) AS oldest",
    told: /^LIMIT in a sub-select is not answered/,
  },
  "Joining two tables containing private data requires matching user id column types, instead got INT64 and STRING":
    {
      sql: "SELECT COUNT(*) FROM clinic JOIN donors USING (patient_id)",
      told: /^clinic and donors name people in different ways: mrn and donor-card$/,
    },
  "Duplicate differential privacy option specified for 'MAX_GROUPS_CONTRIBUTED'": { cannot: boundOption },
  "Duplicate differential privacy option specified for 'MAX_ROWS_CONTRIBUTED'": { cannot: boundOption },
  "Differential privacy option max_rows_contributed value has type DOUBLE which cannot be coerced to expected type INT64":
    { cannot: boundOption },
  "max_rows_contributed is not supported": {
    sql: "SELECT COUNT(age, max_rows_contributed => 3) FROM clinic",
    told: named,
  },
  "Syntax error: Expected <x> but got <x>": { sql: "SELECT COUNT(* FROM clinic", told: malformed },
  "Differential privacy option delta value has type STRING which cannot be coerced to expected type DOUBLE": {
    cannot: "delta is part of the offer beside the SQL, and refused there with delta-invalid",
  },
  "Differential privacy option epsilon value has type STRING which cannot be coerced to expected type DOUBLE":
    {
      cannot: "epsilon is part of the offer beside the SQL, and refused there with epsilon-invalid",
    },
  "Unrecognized name: int64": { sql: "SELECT SUM(weight) FROM clinic", told: /has no column "weight"/ },
  "Unrecognized name: int32; Did you mean int64?": {
    sql: "SELECT region, AVG(bmii) FROM clinic GROUP BY region",
    told: /has no column "bmii"/,
  },
  "Unrecognized name: this_column_does_not_exist": {
    sql: "SELECT COUNT(*) FROM (SELECT bmi FROM clinic) AS s WHERE s.age > 3",
    told: /has no column "age"/,
  },
  "Syntax error: Expected <x> but got keyword AS": {
    sql: "SELECT COUNT(* AS n) FROM clinic",
    told: malformed,
  },
  "User id columns must support grouping, instead got type STRUCT": { cannot: unitType },
  "No matching signature for aggregate operator COUNT(*) in DIFFERENTIAL_PRIVACY context for argument types: STRUCT<INT64, STRING>, STRING":
    {
      sql: "SELECT COUNT(ROW(1, 'a'), 'JSON') FROM clinic",
      told: otherThanOne,
    },
  "No matching signature for aggregate operator COUNT(*) in DIFFERENTIAL_PRIVACY context for argument types: STRUCT<BOOL, STRING>, STRING":
    {
      sql: "SELECT COUNT(ROW(true, 'a'), 'JSON') FROM clinic",
      told: otherThanOne,
    },
  "WITH REPORT is not allowed for function COUNT": {
    sql: "SELECT COUNT(age WITH REPORT) FROM clinic",
    told: malformed,
  },
  "No matching signature for aggregate operator APPROX_QUANTILES in DIFFERENTIAL_PRIVACY context for argument types: INT64, STRUCT<INT64, BOOL>, STRING":
    {
      sql: "SELECT APPROX_QUANTILES(age, 4, ROW(0, true)) FROM clinic",
      told: /^the function "approx_quantiles" is not answered/,
    },
  "No matching signature for aggregate operator APPROX_QUANTILES in DIFFERENTIAL_PRIVACY context for argument types: DOUBLE, STRUCT<BOOL, INT64>, STRING":
    {
      sql: "SELECT PERCENTILE_CONT(ROW(true, 0)) WITHIN GROUP (ORDER BY bmi) FROM clinic",
      told: /^a row of several values/,
    },
  "No matching signature for aggregate operator SUM in DIFFERENTIAL_PRIVACY context for argument types: INT64, INT64":
    {
      sql: "SELECT SUM(age, 3) FROM clinic",
      told: otherThanOne,
    },
  "No matching signature for aggregate operator SUM in DIFFERENTIAL_PRIVACY context for argument types: INT64, STRING":
    {
      sql: "SELECT SUM(age, 'JSON') FROM clinic",
      told: otherThanOne,
    },
  "Not all queries in UNION ALL are differential_privacy-enabled table expressions; query 1 is a differential_privacy-enabled table expression, but query 2 is not":
    {
      sql: "SELECT COUNT(*) FROM clinic UNION ALL SELECT 5",
      told: union,
    },
  "Not all queries in UNION ALL are differential_privacy-enabled table expressions; query 1 is a differential_privacy-enabled table expression, but query 3 is not":
    {
      sql: "SELECT COUNT(*) FROM (SELECT age FROM clinic UNION ALL SELECT nights FROM stays UNION ALL SELECT 1) AS u",
      told: union,
    },
  "Queries in UNION ALL have mismatched userid columns; query 1 has userid column 'uid' in position 1, query 2 has userid column 'uid' in position 2":
    {
      sql: "WITH u AS (SELECT age, bmi FROM clinic UNION ALL SELECT bmi, age FROM clinic) SELECT AVG(age) FROM u",
      told: union,
    },
  "Queries in UNION ALL have mismatched userid columns; query 1 has userid column 'uid' in position 1, query 3 has userid column 'uid' in position 2":
    {
      sql: "SELECT AVG(age) FROM clinic INTERSECT SELECT AVG(nights) FROM stays EXCEPT SELECT 3",
      told: union,
    },
  "Aggregations of aggregations are not allowed": {
    sql: "SELECT SUM(COUNT(*)) FROM clinic",
    told: /^an aggregate inside of an aggregate is not answered/,
  },
  "Reading the TVF tvf_no_args_with_anonymization_uid containing user data in expression subqueries is not allowed":
    {
      sql: "SELECT COUNT(*) FROM clinic WHERE age IN (SELECT generate_series(1, 9))",
      told: subSelect,
    },
  "Nested user IDs are not currently supported for TVFs (in TVF tvf_no_args_with_nested_anonymization_uid)": {
    cannot:
      "columns hold numbers and categories, so that no name of a person can be nested in one; functions in FROM are refused whole",
  },
  "Unable to find differential_privacy user ID column <x> in value table fields": {
    cannot:
      "there are no value tables, and a card that names a person's column which is not in the file is refused at ingest",
  },
  "Unsupported scan type inside of DIFFERENTIAL_PRIVACY clause: ResolvedRecursiveScan": {
    sql: "WITH RECURSIVE r AS (SELECT age FROM clinic UNION ALL SELECT age + 1 FROM r) SELECT COUNT(*) FROM r",
    told: /^WITH RECURSIVE is not answered/,
  },
  "Unsupported scan type inside of DIFFERENTIAL_PRIVACY clause: ResolvedRecursiveRefScan": {
    sql: "SELECT COUNT(*) FROM (WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r) AS s",
    told: /^WITH RECURSIVE is not answered|aggregate/,
  },
};
