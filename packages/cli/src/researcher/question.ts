// A typed question, made ready to be priced or asked.

import type { PrivateTensor, RemoteDataset } from "unseen";
import { type ExpressionTree, parseExpression } from "../expression/parse-expression.ts";
import { recordExpression } from "../expression/record-expression.ts";
import { orFail } from "../shell/failure.ts";
import type { Shell } from "../shell/shell.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

export type QuestionOptions = SignInOptions & {
  readonly dataset: string;
  /** Decimal text, which the node reads digit by digit. */
  readonly epsilon: string;
  readonly delta?: string;
};

export type Question = {
  readonly text: string;
  readonly tree: ExpressionTree;
  readonly dataset: RemoteDataset;
  readonly tensor: PrivateTensor;
};

/** What does not parse is refused before anyone is asked for a password. */
export async function readQuestion(shell: Shell, text: string, options: QuestionOptions): Promise<Question> {
  const tree = orFail(parseExpression(text));
  const dataset = await (await signIn(shell, options)).dataset(options.dataset);
  return { text, tree, dataset, tensor: orFail(recordExpression(text, tree, dataset)) };
}

export function offerOf({ epsilon, delta }: QuestionOptions): {
  readonly epsilon: string;
  readonly delta?: string;
} {
  return delta === undefined ? { epsilon } : { epsilon, delta };
}
