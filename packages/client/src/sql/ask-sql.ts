// A question in SQL: each node is asked whether it can translate it, and the one that can is asked the
// program that it gave, by the way that all questions go.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { decodeTranslation, type SentTranslation, wireLimits } from "@unseen/wire";
import { type AnswerOffer, namedOffer, type Offer } from "../datasets/offer.ts";
import type { Price } from "../datasets/price.ts";
import { type Deadlines, QuestionDesk } from "../datasets/question-desk.ts";
import { type GridNode, isAbsence } from "../grid/grid-node.ts";
import { SqlTable } from "./sql-table.ts";

/** `node`: the name or address of the node to ask, where several have a dataset of the same name. */
export type SqlOffer = AnswerOffer & { readonly node?: string };

type Translated = { readonly desk: QuestionDesk; readonly translation: SentTranslation };

/** Charged the whole offer once, however often the sending has to be repeated. Every node that is asked learns the text. */
export async function askSql(
  nodes: readonly GridNode[],
  deadlines: Deadlines,
  text: string,
  given: number | SqlOffer,
): Promise<Result<SqlTable, Problem>> {
  const { node, ...offered } = withNode(given);
  const translated = await translate(nodes, deadlines, text, node);
  if (!translated.ok) return translated;
  const { desk, translation } = translated.value;
  const answer = await desk.ask(translation.program, namedOffer(offered), "list");
  return answer.ok ? ok(SqlTable.of(translation, desk, answer.value)) : answer;
}

export async function priceSql(
  nodes: readonly GridNode[],
  deadlines: Deadlines,
  text: string,
  given: number | SqlOffer,
): Promise<Result<Price, Problem>> {
  const { node, ...offered } = withNode(given);
  const translated = await translate(nodes, deadlines, text, node);
  if (!translated.ok) return translated;
  const { desk, translation } = translated.value;
  const { epsilon, delta } = offered;
  const offer: Offer = delta === undefined ? { epsilon } : { epsilon, delta };
  return desk.price(translation.program, offer);
}

function withNode(given: number | SqlOffer): SqlOffer {
  return typeof given === "number" ? { epsilon: given } : given;
}

async function translate(
  nodes: readonly GridNode[],
  deadlines: Deadlines,
  text: string,
  wanted: string | undefined,
): Promise<Result<Translated, Problem>> {
  const asked = nodes.filter(({ name, url }) => wanted === undefined || wanted === name || wanted === url);
  if (asked.length === 0) return err(nodeUnknown(nodes, wanted ?? ""));
  const replies = await Promise.all(asked.map((node) => translateAt(node, deadlines, text)));
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
  sql: string,
): Promise<Result<Translated, Problem>> {
  const reply = await node.call(deadlines.deadlineMs, ({ grid }, options) =>
    grid.translate({ sql }, options),
  );
  if (!reply.ok) return reply;
  const translation = decodeTranslation(reply.value);
  if (!translation.ok) return translation;
  const desk = new QuestionDesk(translation.value, node, deadlines);
  return ok({ desk, translation: translation.value });
}

function ambiguous(able: readonly Translated[]): Problem<"dataset-unknown"> {
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
