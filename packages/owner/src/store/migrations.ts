// How the tables of a home come to be, one step a version, applied in order and never edited once
// released. The database keeps the rules that must hold whatever the code above it does: a charge is
// never changed or taken back, a recorded answer stands, and what is spent never goes down.

import type Database from "better-sqlite3";
import { chainEarlierRows } from "./chain-earlier-rows.ts";

/** `sql`, then `fill`, then `seal`, in the transaction that opens the store. */
export type Migration = {
  readonly version: number;
  readonly sql: string;
  /** What SQL cannot compute. */
  readonly fill?: (database: Database.Database) => void;
  readonly seal?: string;
};

const never = (table: string, event: "update" | "delete") => `
  create trigger ${table}_no_${event} before ${event} on ${table}
  begin select raise(abort, '${table} are never changed'); end;`;

const nothingGoesDown = (table: string, counts: readonly string[]) => `
  create trigger ${table}_spending_goes_up before update on ${table}
  when ${counts.map((count) => `new.${count} < old.${count}`).join(" or ")}
  begin select raise(abort, 'spending never goes down'); end;`;

const spendingGoesUp = (table: string) => `
  create trigger ${table}_spending_goes_up before update on ${table}
  when new.spent_epsilon < old.spent_epsilon or new.spent_delta < old.spent_delta or new.charges < old.charges
  begin select raise(abort, 'spending never goes down'); end;
  create trigger ${table}_stay before delete on ${table}
  begin select raise(abort, 'a budget line is never removed'); end;`;

const movedAway = (table: string) => `
  create trigger ${table}_moved_away before insert on ${table} when exists (select 1 from ledger_place)
  begin select raise(abort, 'this ledger has moved'); end;`;

const spentByRho = ["spent_epsilon", "spent_delta", "spent_rho", "spent_beside", "charges"];

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
  {
    // The ledger becomes a chain, and lines know rho and renewals.
    version: 2,
    sql: `
      create table chain_head (
        only integer primary key check (only = 1),
        position integer not null,
        hash text not null,
        charges integer not null
      ) strict;
      create trigger chain_head_goes_up before update on chain_head
      when new.position <= old.position or new.charges < old.charges
      begin select raise(abort, 'the chain never goes back'); end;
      ${never("chain_head", "delete")}

      drop trigger charges_no_update;
      drop trigger answers_no_update;
      alter table charges add column position integer not null default 0;
      alter table charges add column hash text not null default '';
      alter table answers add column position integer not null default 0;
      alter table answers add column hash text not null default '';

      alter table policy_events rename to earlier_policy_events;
      drop trigger policy_events_no_update;
      drop trigger policy_events_no_delete;
      create table policy_events (
        position integer primary key,
        dataset text not null,
        at_ms integer not null,
        event text not null,
        hash text not null
      ) strict;

      drop trigger budgets_spending_goes_up;
      drop trigger allotments_spending_goes_up;
      alter table budgets add column filter text not null default 'basic' check (filter in ('basic', 'zcdp'));
      alter table budgets add column renewals integer not null default 0;
      alter table budgets add column spent_rho text not null default '${"0".repeat(64)}' check (length(spent_rho) = 64);
      alter table allotments add column spent_rho text not null default '${"0".repeat(64)}' check (length(spent_rho) = 64);
    `,
    fill: chainEarlierRows,
    seal: `
      drop table earlier_policy_events;
      ${never("charges", "update")}
      ${never("answers", "update")}
      ${never("policy_events", "update")}
      ${never("policy_events", "delete")}
      ${nothingGoesDown("budgets", ["spent_epsilon", "spent_delta", "spent_rho", "charges", "renewals"])}
      ${nothingGoesDown("allotments", ["spent_epsilon", "spent_delta", "spent_rho", "charges"])}
    `,
  },
  {
    // A charge may be of two datasets that are joined.
    version: 3,
    sql: `alter table charges add column joined text not null default '' check (joined <> dataset);`,
  },
  {
    // The ledger may be kept in another database. From the first word of a move on, nothing more is written here.
    version: 4,
    sql: `
      create table ledger_place (
        only integer primary key check (only = 1),
        address text not null,
        ledger text,
        known_position integer not null default 0,
        known_hash text not null default '${"0".repeat(64)}'
      ) strict;
      create trigger ledger_place_stays before delete on ledger_place when old.ledger is not null
      begin select raise(abort, 'a ledger that has moved does not come back'); end;
      create trigger ledger_place_holds before update on ledger_place
      when old.ledger is not null and (new.ledger is not old.ledger or new.known_position < old.known_position)
      begin select raise(abort, 'a home keeps to its ledger'); end;
      ${["charges", "answers", "policy_events"].map(movedAway).join("\n")}
    `,
  },
  {
    // A line knows the delta that is lost beside rho, and a filter that keeps some of its cap for that.
    version: 5,
    sql: `
      drop trigger budgets_spending_goes_up;
      drop trigger allotments_spending_goes_up;
      alter table budgets add column spent_beside integer not null default 0 check (spent_beside >= 0);
      alter table allotments add column spent_beside integer not null default 0 check (spent_beside >= 0);
      alter table budgets rename column filter to earlier_filter;
      alter table budgets add column filter text not null default 'basic' check (filter in ('basic', 'zcdp', 'zcdp-keys'));
      update budgets set filter = earlier_filter;
      alter table budgets drop column earlier_filter;
    `,
    seal: `
      ${nothingGoesDown("budgets", [...spentByRho, "renewals"])}
      ${nothingGoesDown("allotments", spentByRho)}
    `,
  },
  {
    // Nodes that the owner computes with, and what was noised for questions to several owners.
    version: 6,
    sql: `
      create table peers (
        fingerprint text primary key, name text not null unique, url text not null, allowed_at_ms integer not null
      ) strict;

      create table joint_parts (
        serial integer not null,
        part text not null,
        bytes blob not null,
        primary key (serial, part)
      ) strict, without rowid;
      ${never("joint_parts", "update")}
      ${never("joint_parts", "delete")}
    `,
  },
  {
    // Columns that the owner lets become shares, and programs whose results it lets be opened. A permit ends and does not change.
    version: 7,
    sql: `
      create table share_permits (
        id text primary key,
        account text not null,
        dataset text not null,
        snapshot text not null,
        columns text not null,
        protocol text not null check (protocol in ('replicated', 'verified', 'provider')),
        parties text not null,
        until_ms integer not null,
        issued_at_ms integer not null,
        revoked_at_ms integer
      ) strict;
      create trigger share_permits_only_end before update on share_permits
      when old.revoked_at_ms is not null or new.id <> old.id or new.account <> old.account
        or new.dataset <> old.dataset or new.snapshot <> old.snapshot or new.columns <> old.columns
        or new.protocol <> old.protocol or new.parties <> old.parties or new.until_ms <> old.until_ms
        or new.issued_at_ms <> old.issued_at_ms
      begin select raise(abort, 'a permit ends and does not change'); end;
      ${never("share_permits", "delete")}

      create table share_programs (
        permit text not null references share_permits (id),
        digest text not null,
        text text not null,
        reviewed_at_ms integer not null,
        primary key (permit, digest)
      ) strict;
      ${never("share_programs", "update")}
      ${never("share_programs", "delete")}
    `,
  },
  {
    // A line may be spent at one Rényi order. What was lost there holds for one cap, and is counted again for another.
    version: 8,
    sql: `
      alter table budgets add column lost_at_order text not null default '${"0".repeat(64)}' check (length(lost_at_order) = 64);
      alter table budgets add column beside_at_order integer not null default 0 check (beside_at_order >= 0);
      alter table budgets rename column filter to earlier_filter;
      alter table budgets add column filter text not null default 'basic' check (filter in ('basic', 'zcdp', 'zcdp-keys', 'renyi'));
      update budgets set filter = earlier_filter;
      alter table budgets drop column earlier_filter;
    `,
    seal: `
      create trigger budgets_at_order_goes_up before update on budgets
      when (new.lost_at_order < old.lost_at_order or new.beside_at_order < old.beside_at_order)
        and new.cap_epsilon = old.cap_epsilon and new.cap_delta = old.cap_delta and new.filter = old.filter
      begin select raise(abort, 'spending never goes down'); end;
    `,
  },
];

export const newestVersion = Math.max(...migrations.map(({ version }) => version));
