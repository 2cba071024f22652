// Teachers at several owners as they are asked for at each of them.

import { create } from "@bufbuild/protobuf";
import { ok, type Problem, type Result } from "@unseen/base";
import { type AskedJointly, decodeTogether, encodeJointFacts } from "../codec/joint-codec.ts";
import { type JointTeachRequest, JointTeachRequestSchema } from "../gen/unseen/v1/learning_pb.ts";
import { trainingInvalid } from "./ranges.ts";
import { decodeTeaching, encodeTeaching } from "./teaching-codec.ts";
import type { TeachingRecipe } from "./teaching-recipe.ts";

export type AskedTeachers = Pick<
  AskedJointly,
  "askId" | "computationId" | "again" | "owners" | "honestOwners" | "facts"
> & {
  /** Of each owner: so many teachers, and so much noise. */
  readonly recipe: TeachingRecipe;
  /** Whether noised votes that were kept are added up and told. */
  readonly opens: boolean;
};

export function encodeJointTeaching(asked: AskedTeachers): JointTeachRequest {
  const { askId, computationId, again, owners, honestOwners, facts, recipe, opens } = asked;
  return create(JointTeachRequestSchema, {
    askId,
    owners: owners.map(({ fingerprint, dataset }) => ({ fingerprint, dataset })),
    facts: encodeJointFacts(facts),
    teaching: encodeTeaching(recipe),
    honestOwners: honestOwners === 1 ? 0 : honestOwners,
    computationId: new Uint8Array(computationId),
    again,
    opens,
  });
}

/** What is added up is noised counts, so that agreement and thresholds, which look at all counts at once, are not asked for. */
export function readJointTeaching(request: JointTeachRequest): Result<AskedTeachers, Problem> {
  const together = decodeTogether(request);
  if (!together.ok) return together;
  if (request.teaching === undefined) return trainingInvalid("the training itself is missing");
  const recipe = decodeTeaching(request.teaching);
  if (!recipe.ok) return recipe;
  if (recipe.value.aggregator.kind !== "gaussian" || recipe.value.telling !== undefined)
    return trainingInvalid(
      "what teachers of several owners vote is added up under Gaussian noise, without a threshold and without telling agreement",
      'aggregator: { kind: "gaussian", noise: 10 }',
    );
  const { again, opens } = request;
  return ok({ ...together.value, recipe: recipe.value, again, opens });
}
