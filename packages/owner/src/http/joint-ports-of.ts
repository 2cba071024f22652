import { err, ok, type Problem, problem } from "@unseen/base";
import { valueOrRefusal } from "@unseen/wire";
import type { JointPorts } from "../joint/index.ts";
import type { OwnerNode } from "./owner-node.ts";

/** What a house has for questions to several owners. Throws the refusal of one that takes no part in them. */
export function jointPortsOf({ joint, questions }: Pick<OwnerNode, "joint" | "questions">): JointPorts {
  const { party, book, honestOwnersAtMost } = valueOrRefusal(
    joint === undefined ? err(noParty()) : ok(joint),
  );
  return {
    questions,
    party,
    book: valueOrRefusal(book === undefined ? err(noBook()) : ok(book)),
    honestOwnersAtMost,
  };
}

export function noParty(): Problem<"party-not-allowed"> {
  return problem("party-not-allowed", "this node takes no part in computations with others", {
    hint: "its owner lets it with: unseen serve --peers-port PORT",
  });
}

function noBook(): Problem<"party-not-allowed"> {
  return problem(
    "party-not-allowed",
    "this owner keeps its ledger in a database, and answers only by itself",
    {
      hint: "its own datasets can be asked as ever; questions to several owners need a ledger in the home",
    },
  );
}
