// How the tables of a home come to be, one step a version, applied in order and never edited once
// released. The database keeps the rules that must hold whatever the code above it does: a charge is
// never changed or taken back, a recorded answer stands, and what is spent never goes down.

export type Migration = { readonly version: number; readonly sql: string };

const never = (table: string, event: "update" | "delete") => `
  create trigger ${table}_no_${event} before ${event} on ${table}
  begin select raise(abort, '${table} are never changed'); end;`;

const spendingGoesUp = (table: string) => `
  create trigger ${table}_spending_goes_up before update on ${table}
  when new.spent_epsilon < old.spent_epsilon or new.spent_delta < old.spent_delta or new.charges < old.charges
  begin select raise(abort, 'spending never goes down'); end;
  create trigger ${table}_stay before delete on ${table}
  begin select raise(abort, 'a budget line is never removed'); end;`;

export const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table node (only integer primary key check (only = 1), id text not null) strict;

      create table charges (
        serial integer primary key,
        asker text not null,
        ask_id text not null,
        dataset text not null,
        question_hash text not null,
        epsilon integer not null check (epsilon > 0),
        delta integer not null check (delta >= 0),
        event text not null,
        charged_at_ms integer not null,
        unique (asker, ask_id)
      ) strict;
      ${never("charges", "update")}
      ${never("charges", "delete")}

      create table answers (serial integer primary key references charges (serial), bytes blob not null) strict;
      ${never("answers", "update")}
      ${never("answers", "delete")}

      create table budgets (
        dataset text primary key,
        cap_epsilon integer not null check (cap_epsilon >= 0),
        cap_delta integer not null check (cap_delta >= 0),
        allotment_epsilon integer check (allotment_epsilon >= 0),
        allotment_delta integer check (allotment_delta >= 0),
        spent_epsilon integer not null default 0 check (spent_epsilon >= 0),
        spent_delta integer not null default 0 check (spent_delta >= 0),
        charges integer not null default 0
      ) strict, without rowid;
      ${spendingGoesUp("budgets")}

      create table allotments (
        dataset text not null references budgets (dataset),
        asker text not null,
        cap_epsilon integer check (cap_epsilon >= 0),
        cap_delta integer check (cap_delta >= 0),
        spent_epsilon integer not null default 0 check (spent_epsilon >= 0),
        spent_delta integer not null default 0 check (spent_delta >= 0),
        charges integer not null default 0,
        primary key (dataset, asker)
      ) strict, without rowid;
      ${spendingGoesUp("allotments")}

      create table policy_events (
        serial integer primary key, dataset text not null, at_ms integer not null, event text not null
      ) strict;
      ${never("policy_events", "update")}
      ${never("policy_events", "delete")}

      create table accounts (
        id text primary key,
        name text not null unique collate nocase,
        role text not null check (role in ('owner', 'researcher')),
        password text not null,
        generation integer not null default 1,
        created_at_ms integer not null
      ) strict;

      create table owner_token (only integer primary key check (only = 1), hash blob not null) strict;

      create table datasets (
        id text primary key,
        name text not null unique,
        card text not null,
        snapshot text not null,
        rows integer not null check (rows >= 0),
        report text not null,
        added_at_ms integer not null
      ) strict;
    `,
  },
];

export const newestVersion = Math.max(...migrations.map(({ version }) => version));
