// A question in SQL: each node is asked whether it can translate it, and the one that can is asked the
// program that it gave, by the way that all questions go. Where the statement groups by a column of texts, two
// questions are asked: which of its texts may be shown, and then the statement with these as groups.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { decodeTranslation, type SentTranslation, type WantedKeys, wireLimits } from "@unseen/wire";
import { anyKey, priceOfKeysAnd } from "../analysis/grouped-by-keys.ts";
import { afterPaidKeys, keysAskId, splitOffer } from "../datasets/keys-and-values.ts";
import { type AnswerOffer, namedOffer, type Offer } from "../datasets/offer.ts";
import type { Price } from "../datasets/price.ts";
import { type Deadlines, QuestionDesk } from "../datasets/question-desk.ts";
import { type GridNode, isAbsence } from "../grid/grid-node.ts";
import { SqlTable } from "./sql-table.ts";

/**
 * `node`: the name or address of the node to ask, where several have a dataset of the same name. `keys`: of the columns of
 * texts that the statement groups by, by their names; where they are left out, they are asked first, and half of the
 * epsilon and the whole delta go to that question.
 */
export type SqlOffer = AnswerOffer & {
  readonly node?: string;
  readonly keys?: Readonly<Record<string, readonly string[]>>;
};

type Reply<Translation = SentTranslation | WantedKeys> = {
  readonly node: GridNode;
  readonly desk: QuestionDesk;
  readonly translation: Translation;
};

type Statement = { readonly sql: string; readonly keys: Readonly<Record<string, readonly string[]>> };

/** Charged the whole offer once, however often the sending has to be repeated. Every node that is asked learns the text. */
export async function askSql(
  nodes: readonly GridNode[],
  deadlines: Deadlines,
  sql: string,
  given: number | SqlOffer,
): Promise<Result<SqlTable, Problem>> {
  const { node, keys = {}, ...offered } = withNode(given);
  const reply = await translate(nodes, deadlines, { sql, keys }, node);
  if (!reply.ok) return reply;
  const named = namedOffer(offered);
  if (!wantsKeys(reply.value)) {
    const { desk, translation } = reply.value as Reply<SentTranslation>;
    const answer = await desk.ask(translation.program, named, "list");
    return answer.ok ? ok(SqlTable.of(translation, desk, answer.value)) : answer;
  }
  const { desk, translation } = reply.value;
  const column = translation.wantsKeysOf;
  // What would be refused is refused before anything is paid.
  const tried = await translateFor(reply.value.node, deadlines, {
    sql,
    keys: { ...keys, [column]: [anyKey] },
  });
  if (!tried.ok) return tried;
  const parts = splitOffer(named.offer);
  const ofKeys = { offer: parts.keys, askId: keysAskId(named.askId) };
  const found = await desk.askKeys({ column, mostKeysEach: 1 }, ofKeys);
  if (!found.ok) return found;
  if (found.value.keys.length === 0)
    return ok(SqlTable.withoutRows(tried.value.translation, desk, found.value));
  const shown = { ...keys, [column]: found.value.keys };
  const again = await translateFor(reply.value.node, deadlines, { sql, keys: shown });
  if (!again.ok) return err(afterPaidKeys(again.problem, named.askId));
  const ofNumbers = { offer: parts.values, askId: named.askId };
  const answer = await desk.ask(again.value.translation.program, ofNumbers, "list");
  if (!answer.ok) return err(afterPaidKeys(answer.problem, named.askId));
  return ok(SqlTable.of(again.value.translation, desk, answer.value, found.value));
}

export async function priceSql(
  nodes: readonly GridNode[],
  deadlines: Deadlines,
  sql: string,
  given: number | SqlOffer,
): Promise<Result<Price, Problem>> {
  const { node, keys = {}, epsilon, delta } = withNode(given);
  const reply = await translate(nodes, deadlines, { sql, keys }, node);
  if (!reply.ok) return reply;
  const offer: Offer = delta === undefined ? { epsilon } : { epsilon, delta };
  if (!wantsKeys(reply.value)) {
    const { desk, translation } = reply.value as Reply<SentTranslation>;
    return desk.price(translation.program, offer);
  }
  const { desk, translation } = reply.value;
  const column = translation.wantsKeysOf;
  const again = await translateFor(reply.value.node, deadlines, {
    sql,
    keys: { ...keys, [column]: [anyKey] },
  });
  if (!again.ok) return again;
  const { program } = again.value.translation;
  return priceOfKeysAnd(desk, column, offer, (part) => desk.price(program, part));
}

function wantsKeys(reply: Reply): reply is Reply<WantedKeys> {
  return "wantsKeysOf" in reply.translation;
}

function withNode(given: number | SqlOffer): SqlOffer {
  return typeof given === "number" ? { epsilon: given } : given;
}

async function translate(
  nodes: readonly GridNode[],
  deadlines: Deadlines,
  statement: Statement,
  wanted: string | undefined,
): Promise<Result<Reply, Problem>> {
  const asked = nodes.filter(({ name, url }) => wanted === undefined || wanted === name || wanted === url);
  if (asked.length === 0) return err(nodeUnknown(nodes, wanted ?? ""));
  const replies = await Promise.all(asked.map((node) => translateAt(node, deadlines, statement)));
  const able = replies.flatMap((reply) => (reply.ok ? [reply.value] : []));
  const [first, ...others] = able;
  if (first !== undefined && others.length === 0) return ok(first);
  if (first !== undefined) return err(ambiguous(able));
  const problems = replies.flatMap((reply) => (reply.ok ? [] : [reply.problem]));
  // Of several reasons, the one of a node that has the dataset; then the one of a node that might.
  const isElsewhere = ({ code }: Problem) => code === "dataset-unknown";
  const told =
    problems.find((one) => !isElsewhere(one) && !isAbsence(one)) ??
    problems.find((one) => !isElsewhere(one)) ??
    problems[0]!;
  return err(told);
}

async function translateAt(
  node: GridNode,
  deadlines: Deadlines,
  { sql, keys }: Statement,
): Promise<Result<Reply, Problem>> {
  const request = { sql, keys: Object.entries(keys).map(([column, of]) => ({ column, keys: [...of] })) };
  const reply = await node.call(deadlines.deadlineMs, ({ grid }, options) =>
    grid.translate(request, options),
  );
  if (!reply.ok) return reply;
  const translation = decodeTranslation(reply.value);
  if (!translation.ok) return translation;
  const desk = new QuestionDesk(translation.value, node, deadlines);
  return ok({ node, desk, translation: translation.value });
}

/** With every key given, a node that still wants some has told of a second column of texts. */
async function translateFor(
  node: GridNode,
  deadlines: Deadlines,
  statement: Statement,
): Promise<Result<Reply<SentTranslation>, Problem>> {
  const reply = await translateAt(node, deadlines, statement);
  if (!reply.ok) return reply;
  if (!wantsKeys(reply.value)) return ok(reply.value as Reply<SentTranslation>);
  return err(
    problem(
      "sql-unsupported",
      "the statement groups by two columns of texts, and one question asks for the keys of one",
      {
        hint: "ask for the keys of each first, and give them: { epsilon, keys: { diagnosis: found.keys } }",
      },
    ),
  );
}

function ambiguous(able: readonly Reply[]): Problem<"dataset-unknown"> {
  const [first] = able;
  const places = able.map(({ desk }) => desk.node).join(", ");
  return problem(
    "dataset-unknown",
    `${able.length} nodes have a dataset called ${JSON.stringify(first!.desk.dataset)}: ${places}`,
    { hint: 'say which one is asked: { epsilon, node: "..." }' },
  );
}

function nodeUnknown(nodes: readonly GridNode[], wanted: string): Problem<"node-unreachable"> {
  const shown = JSON.stringify(wanted.slice(0, wireLimits.nameLength));
  return problem("node-unreachable", `the grid has no node called ${shown}`, {
    hint: `its nodes are ${nodes.map(({ name }) => name).join(", ")}`,
  });
}
