export const mainHelp = `
Exit codes:
  0  done                          4  the budget is too small for the question
  1  failed                        5  not signed in, or not permitted
  2  the command line is wrong     6  the node cannot be reached
  3  the question was refused      130  interrupted

With --json a command writes one JSON object to standard output, and where it fails one to standard error:
{"error":{"code","message","hint","exitCode"}}. \`serve\` writes one object a line, as things happen.

A password is never given as an option: it comes from UNSEEN_PASSWORD, from standard input with
--password-stdin, or from a prompt that does not show it.

UNSEEN_HOME, UNSEEN_AT, UNSEEN_USER and UNSEEN_LEDGER stand in for --home, --at, --user and --ledger.
`;

export const expressionHelp = `
Expressions:
  mean(bp)                                a column's mean
  mean(bp > 100)                          the share of rows where it holds
  histogram(bp, 10)                       counts in 10 bins of the declared bounds; or (bp, 10, 60, 140)
  counts(sex)                             rows in each category
  sum(where(sex == 1, bp, 0)) / sum(sex == 1)
  mean(columns(bmi, bp), 0)               several columns at once
  covariance(bmi, bp, s5)                 correlation(bmi, bp) too
  median(bp), quantile(bp, [0.25, 0.75])  meanwhere(bp, age > 50), meanby(bp, sex), table(sex, region)

  + - * / ^   > >= < <= == !=   and or not   [1, 2] is a list of plain numbers
  mean sum count var std min max median quantile histogram counts table meanby meanwhere covariance
  correlation columns where clip abs exp log sqrt sign
  floor ceil round relu sigmoid tanh sin cos ... matmul transpose reshape slice gather onehot cumsum
  argmax argsort topk solve inverse eigen
  Odd column names stand in \`backticks\` or "double quotes".
`;

const connectionHelp = `An address holds no password: PGPASSWORD gives it, or a password file (PGPASSFILE, ~/.pgpass).
Beyond this machine the connection is TLS and the server's certificate is checked; sslrootcert=FILE names its
authority, sslmode=disable does without.`;

export const ledgerAddressHelp = `
What the home's own ledger holds is moved there whole, once, and the home keeps to that ledger for ever. Used again,
this says where the same ledger is found now.

${connectionHelp}
A second home in the same database takes ?schema=NAME.
`;

export const tableAddressHelp = `
A table is named by its address: "postgres://USER@HOST/DATABASE?table=SCHEMA.NAME". The cleaned copy that questions
are answered from is then made in the schema "unseen" of that database, and questions are worked out there.
&reader=ROLE names a role that reads for questions and can do nothing else.

${connectionHelp}
`;
