// What one caller sent to a worker, and what was computed from it. The caller's own numbers: `get` gives
// them back as they are, and nobody else has a way in.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type PlainTensor, type Program, printShape, sizeOf } from "@unseen/program";
import { evaluate } from "./evaluate.ts";
import { numbersWritten, workOf } from "./work-of.ts";

export type WorkspaceLimits = {
  /** Objects one caller may keep. */
  readonly objects: number;
  /** Numbers that all objects hold together, eight bytes each. */
  readonly elements: number;
  /** Steps of one program (`workOf`). The program runs to its end before anything else does. */
  readonly work: number;
  /** Numbers that one program may write on the way. */
  readonly written: number;
};

/** For a worker that is the caller's own. A node with many callers gives each less. */
export const workspaceLimits: WorkspaceLimits = {
  objects: 10_000,
  /** 256 MiB. */
  elements: 2 ** 25,
  /** Five to ten seconds. */
  work: 2e9,
  /** 512 MiB, of which what is not needed any more is let go on the way. */
  written: 2 ** 26,
};

const objectId = /^[A-Za-z0-9_-]{1,64}$/;

/** An object's name, chosen by the caller: 1 to 64 of the characters A-Z a-z 0-9 _ -, as 20069769489. */
export function isObjectId(text: string): boolean {
  return objectId.test(text);
}

/** The objects of one caller. Everything that goes in or out is a copy, so neither side can change the other's. */
export class Workspace {
  readonly #objects = new Map<string, PlainTensor>();
  readonly #limits: WorkspaceLimits;
  #elements = 0;

  constructor(limits: WorkspaceLimits = workspaceLimits) {
    this.#limits = limits;
  }

  /** Keeps a copy under `id`; what was there is replaced. NaN and infinities are the caller's own affair. */
  put(id: string, value: PlainTensor): Result<undefined, Problem> {
    if (value.shape.some((size) => !Number.isSafeInteger(size) || size < 0))
      return err(malformed("a size of the tensor is not a whole number"));
    if (sizeOf(value.shape) !== value.data.length)
      return err(malformed("the tensor does not hold as many numbers as its shape says"));
    const room = this.#roomFor([[id, value]]);
    if (!room.ok) return room;
    this.#keep(id, copyOf(value));
    return ok(undefined);
  }

  /**
   * Runs a program whose inputs are objects of this workspace. `keepAs` names each output, or is empty for
   * one that is returned; no names at all return every output. Nothing is kept unless everything is.
   * Gives the outputs that are not kept, in order. Refusals: "object-unknown", "program-too-large",
   * "message-malformed", "workspace-full", "shapes-do-not-fit". Cost: at most `limits.work` steps.
   */
  run(program: Program, keepAs: readonly string[] = []): Result<readonly PlainTensor[], Problem> {
    if (keepAs.length > 0 && keepAs.length !== program.outputs.length)
      return err(malformed("it names not one place for each output"));
    const named = keepAs.filter((id) => id !== "");
    if (new Set(named).size !== named.length) return err(malformed("it names one place for two outputs"));
    const inputs = this.#inputsOf(program);
    if (!inputs.ok) return inputs;
    if (workOf(program) > this.#limits.work || numbersWritten(program) > this.#limits.written) {
      return err(
        problem("program-too-large", "the program is more work than this worker does at once", {
          hint: "run it in parts, or on smaller tensors",
        }),
      );
    }
    const keeping = program.outputs.flatMap((output, at) => {
      const id = keepAs[at] ?? "";
      return id === "" ? [] : [[id, { shape: program.shapes[output] as readonly number[] }] as const];
    });
    const room = this.#roomFor(keeping);
    if (!room.ok) return room;
    const outputs = evaluate(program, inputs.value);
    if (!outputs.ok) return outputs;
    const returned: PlainTensor[] = [];
    for (const [at, output] of outputs.value.entries()) {
      const id = keepAs[at] ?? "";
      if (id === "") returned.push(copyOf(output));
      else this.#keep(id, copyOf(output));
    }
    return ok(returned);
  }

  /** A copy; the object stays. */
  get(id: string): Result<PlainTensor, Problem> {
    const value = this.#objects.get(id);
    return value === undefined ? err(unknown(id)) : ok(copyOf(value));
  }

  delete(id: string): Result<undefined, Problem> {
    const value = this.#objects.get(id);
    if (value === undefined) return err(unknown(id));
    this.#objects.delete(id);
    this.#elements -= value.data.length;
    return ok(undefined);
  }

  /** Every object's id, the oldest first. */
  list(): readonly string[] {
    return [...this.#objects.keys()];
  }

  #inputsOf(program: Program): Result<ReadonlyMap<string, PlainTensor>, Problem> {
    const inputs = new Map<string, PlainTensor>();
    for (const [at, node] of program.nodes.entries()) {
      if (node.kind !== "input") continue;
      const shape = program.shapes[at]!;
      const value = this.#objects.get(node.name);
      if (value === undefined) return err(unknown(node.name));
      if (shape.length !== value.shape.length || shape.some((size, axis) => size !== value.shape[axis])) {
        return err(
          problem(
            "shapes-do-not-fit",
            `the object ${JSON.stringify(node.name)} has the shape ${printShape(value.shape)}, and the program says ${printShape(shape)}`,
          ),
        );
      }
      inputs.set(node.name, value);
    }
    return ok(inputs);
  }

  #roomFor(
    keeping: readonly (readonly [id: string, value: Pick<PlainTensor, "shape">])[],
  ): Result<undefined, Problem> {
    let objects = this.#objects.size;
    let elements = this.#elements;
    for (const [id, { shape }] of keeping) {
      if (!isObjectId(id))
        return err(malformed("an object's id has 1 to 64 of the characters A-Z a-z 0-9 _ -"));
      const replaced = this.#objects.get(id);
      if (replaced === undefined) objects += 1;
      elements += sizeOf(shape) - (replaced?.data.length ?? 0);
    }
    if (objects > this.#limits.objects) return err(full(`${this.#limits.objects} objects`));
    if (elements > this.#limits.elements) return err(full(`${this.#limits.elements} numbers in all`));
    return ok(undefined);
  }

  #keep(id: string, value: PlainTensor): void {
    this.#elements += value.data.length - (this.#objects.get(id)?.data.length ?? 0);
    this.#objects.set(id, value);
  }
}

function copyOf({ shape, data }: PlainTensor): PlainTensor {
  return { shape: Object.freeze([...shape]), data: data.slice() };
}

/** Ids are the caller's own, so one is named; cut, because it may be none. */
function unknown(id: string): Problem<"object-unknown"> {
  return problem(
    "object-unknown",
    `there is no object ${JSON.stringify(id.slice(0, 64))} in this workspace`,
    {
      hint: "it may have been deleted; list() shows what is there",
    },
  );
}

function full(most: string): Problem<"workspace-full"> {
  return problem("workspace-full", `the workspace is full: it holds at most ${most}`, {
    hint: "delete what is not needed any more",
  });
}

function malformed(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the call is not well formed: ${what}`);
}
