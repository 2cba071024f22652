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
  /** The class of each query, or -1 where it was not answered. */
  readonly answers: readonly number[];
  readonly answered: number;
  readonly #student: PateRun["student"];
  readonly #backend: Backend;

  constructor(run: PateRun, backend: Backend) {
    this.epsilon = run.epsilon;
    this.agreement = run.agreement;
    this.answers = run.answers;
    this.answered = run.answered;
    this.#student = run.student;
    this.#backend = backend;
  }

  /** Throws an `AskRefused` where nothing was answered or the student's training failed; the answers stay. */
  get student(): TrainedModel<PatePromised> {
    return new TrainedModel(orThrow(this.#student), this.#backend, this.epsilon);
  }
}
