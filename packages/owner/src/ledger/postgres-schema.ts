// The ledger's tables in PostgreSQL: the same columns and the same rules as in a home (`store/migrations.ts`, all
// versions together). One schema of the database holds one ledger, and a ledger is of one home: two homes whose
// datasets happen to share a name must not spend from one line.

const never = (table: string) => `
  create trigger ${table}_never before update or delete on ${table}
    for each row execute function unseen_never_changed();
  create trigger ${table}_not_emptied before truncate on ${table}
    for each statement execute function unseen_never_changed();`;

const goesUp = (table: string, counts: readonly string[]) => `
  create trigger ${table}_goes_up before update on ${table} for each row
    when (${counts.map((count) => `new.${count} < old.${count}`).join(" or ")})
    execute function unseen_never_down();
  create trigger ${table}_stays before delete on ${table}
    for each row execute function unseen_never_changed();
  create trigger ${table}_not_emptied before truncate on ${table}
    for each statement execute function unseen_never_changed();`;

/** Texts are compared byte by byte, whatever language the cluster was made for. */
const key = `text collate "C" not null`;
const spending = `
  spent_epsilon bigint not null default 0 check (spent_epsilon >= 0),
  spent_delta bigint not null default 0 check (spent_delta >= 0),
  spent_rho text collate "C" not null check (length(spent_rho) = 64),
  spent_beside bigint not null default 0 check (spent_beside >= 0),
  charges bigint not null default 0`;
const filter = "check (filter in ('basic', 'zcdp', 'zcdp-keys', 'renyi'))";
const lostAtOrder = `lost_at_order text collate "C" not null default '${"0".repeat(64)}' check (length(lost_at_order) = 64)`;
const besideAtOrder = "beside_at_order bigint not null default 0 check (beside_at_order >= 0)";
/** What is lost at one order holds for one cap, and is counted again for another. */
const goesUpUnderOneCap = `
  create trigger budgets_at_order_goes_up before update on budgets for each row
    when ((new.lost_at_order < old.lost_at_order or new.beside_at_order < old.beside_at_order)
      and new.cap_epsilon = old.cap_epsilon and new.cap_delta = old.cap_delta and new.filter = old.filter)
    execute function unseen_never_down();`;
const neverDown = ["spent_epsilon", "spent_delta", "spent_rho", "spent_beside", "charges"];

export const newestPostgresVersion = 3;

/** What makes the tables of the version before into those of a version. */
export const postgresSteps: ReadonlyMap<number, string> = new Map([
  [
    3,
    `
    alter table budgets add column ${lostAtOrder}, add column ${besideAtOrder};
    alter table budgets drop constraint budgets_filter_check;
    alter table budgets add constraint budgets_filter_check ${filter};
    ${goesUpUnderOneCap}
    `,
  ],
]);

const joined = `joined text collate "C" not null default '' check (joined <> dataset)`;

export const postgresSchema = `
  create table schema_versions (version integer primary key);
  insert into schema_versions values (${newestPostgresVersion});

  create function unseen_never_changed() returns trigger language plpgsql as
    $$ begin raise exception '% are never changed', tg_table_name; end $$;
  create function unseen_never_down() returns trigger language plpgsql as
    $$ begin raise exception 'spending never goes down'; end $$;

  create table ledger_identity (
    only_one integer primary key default 1 check (only_one = 1),
    id text not null,
    home text not null
  );
  ${never("ledger_identity")}

  create table chain_head (
    only_one integer primary key default 1 check (only_one = 1),
    position bigint not null,
    hash text not null,
    charges bigint not null
  );
  insert into chain_head values (1, 0, repeat('0', 64), 0);
  ${goesUp("chain_head", ["position", "charges"])}

  create table charges (
    serial bigint primary key,
    position bigint not null,
    asker ${key},
    ask_id ${key},
    dataset ${key},
    question_hash text not null,
    epsilon bigint not null check (epsilon > 0),
    delta bigint not null check (delta >= 0),
    event text not null,
    charged_at_ms bigint not null,
    ${joined},
    hash text not null,
    unique (asker, ask_id)
  );
  ${never("charges")}

  create table answers (
    serial bigint primary key references charges (serial),
    position bigint not null,
    bytes bytea not null,
    hash text not null
  );
  ${never("answers")}

  create table policy_events (
    position bigint primary key,
    dataset ${key},
    at_ms bigint not null,
    event text not null,
    hash text not null
  );
  ${never("policy_events")}

  create table budgets (
    dataset ${key} primary key,
    cap_epsilon bigint not null check (cap_epsilon >= 0),
    cap_delta bigint not null check (cap_delta >= 0),
    allotment_epsilon bigint check (allotment_epsilon >= 0),
    allotment_delta bigint check (allotment_delta >= 0),
    filter text not null ${filter},
    renewals bigint not null default 0,
    ${spending},
    ${lostAtOrder},
    ${besideAtOrder}
  );
  ${goesUp("budgets", [...neverDown, "renewals"])}
  ${goesUpUnderOneCap}

  create table allotments (
    dataset ${key} references budgets (dataset),
    asker ${key},
    cap_epsilon bigint check (cap_epsilon >= 0),
    cap_delta bigint check (cap_delta >= 0),
    ${spending},
    primary key (dataset, asker)
  );
  ${goesUp("allotments", neverDown)}
`;
