import type { Backend } from "@unseen/compute";
import type { PatePromised, PateRun } from "@unseen/learning";
import { orThrow } from "../refusals/ask-refused.ts";
import { TrainedModel } from "./trained-model.ts";

/** What teachers left: answers to public queries, and a student that learnt from them. All of it may be shown. */
export class TaughtModel {
  /** Of everything in here together, whatever the teachers voted. */
  readonly epsilon: PatePromised;
  /** With `telling`: what it cost the people who are there. `epsilonAtMost` is safe to print. */
  readonly agreement: PateRun["agreement"];
  /** The class that teachers gave each query, or -1 where they gave none. */
  readonly answers: readonly number[];
  readonly answered: number;
  /** Queries of which an interactive run's student kept its own answer, as teachers did not disagree. */
  readonly undisputed: number;
  readonly #student: PateRun["student"];
  readonly #backend: Backend;

  constructor(run: PateRun, backend: Backend) {
    this.epsilon = run.epsilon;
    this.agreement = run.agreement;
    this.answers = run.answers;
    this.answered = run.answered;
    this.undisputed = run.undisputed;
    this.#student = run.student;
    this.#backend = backend;
  }

  /** Throws an `AskRefused` where nothing was answered or the student's training failed; the answers stay. */
  get student(): TrainedModel<PatePromised> {
    return new TrainedModel(orThrow(this.#student), this.#backend, this.epsilon);
  }
}
