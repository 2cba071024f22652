import { randomBytes } from "node:crypto";
import { request as rawRequest } from "node:http";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import {
  encodeProgram,
  GridService,
  LearningService,
  problemFromError,
  WorkspaceService,
  wireLimits,
} from "@unseen/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Accounts, ownerAtTheMachine } from "../accounts/index.ts";
import { SingleFlight } from "../questions/index.ts";
import { clinicColumns, meanBp, OracleEngine, questionPorts } from "../questions/questions-for-tests.ts";
import { testHome } from "../store/home-for-tests.ts";
import { isLoopback, mayListen } from "./addresses.ts";
import { type Serving, serveNode } from "./serve-node.ts";
import { Workspaces } from "./workspaces.ts";

const password = "a long enough password";
const home = testHome();
let nowMs = Date.now();
const accounts = new Accounts({
  home,
  clock: { nowMs: () => nowMs },
  entropy: { fill: (bytes) => crypto.getRandomValues(bytes) },
  sessionLifetimeMs: 60_000,
});
let serving: Serving;
let tokens: { readonly ada: string; readonly bob: string };

beforeAll(async () => {
  for (const name of ["ada", "bob"]) {
    const added = await accounts.add(ownerAtTheMachine(), { name, password, role: "researcher" });
    if (!added.ok) throw new Error(added.problem.message);
  }
  const questions = await questionPorts(home.store, new OracleEngine(clinicColumns));
  const node = {
    name: "clinic node",
    accounts,
    questions,
    workspaces: new Workspaces(),
    underway: new SingleFlight<never>(),
  };
  const served = await serveNode(node, {
    host: "127.0.0.1",
    port: 0,
    allowedOrigins: ["https://app.example"],
  });
  if (!served.ok) throw new Error(served.problem.message);
  serving = served.value;
  tokens = { ada: await tokenOf("ada"), bob: await tokenOf("bob") };
});
afterAll(async () => {
  await serving.close();
  home[Symbol.dispose]();
});

async function tokenOf(name: string): Promise<string> {
  const session = await accounts.signIn(name, password);
  if (!session.ok) throw new Error(session.problem.message);
  return session.value.token;
}

type Service = typeof GridService | typeof WorkspaceService | typeof LearningService;

/** Calls a method by name with a message of its fields, as whoever holds the token. Gives "ok" or the problem's code. */
async function call(service: Service, method: string, message: object, token?: string): Promise<string> {
  const transport = createConnectTransport({ baseUrl: serving.url, httpVersion: "1.1" });
  const client = createClient(service, transport) as Record<
    string,
    (request: object, options: object) => Promise<unknown>
  >;
  try {
    const reply = client[method]!(
      message,
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    );
    // A reply in parts says what it has to say when it is read.
    if (Symbol.asyncIterator in reply) for await (const _ of reply as unknown as AsyncIterable<unknown>);
    else await reply;
    return "ok";
  } catch (error) {
    return problemFromError(error).code;
  }
}

const program = encodeProgram(meanBp);
const offer = { epsilon: "0.001", delta: "" };
const object = { objectId: "12345678901" };

/** Every method of every service, with a good message; and what it answers to who has no session. */
const matrix: readonly (readonly [Service, string, object, string])[] = [
  [GridService, "hello", {}, "ok"],
  [GridService, "signIn", { name: "ada", password: "not this one" }, "sign-in-failed"],
  [GridService, "claim", { ownerToken: "owner_x", name: "eve", password }, "owner-token-invalid"],
  [GridService, "search", { terms: [] }, "session-invalid"],
  [GridService, "describe", { dataset: "clinic" }, "session-invalid"],
  [GridService, "sample", { dataset: "clinic" }, "session-invalid"],
  [GridService, "translate", { sql: "SELECT avg(bp) FROM clinic" }, "session-invalid"],
  [GridService, "price", { dataset: "clinic", program, offer }, "session-invalid"],
  [GridService, "ask", { askId: "ask-00001", dataset: "clinic", program, offer }, "session-invalid"],
  [GridService, "budget", { dataset: "clinic" }, "session-invalid"],
  [WorkspaceService, "put", { ...object, value: { shape: [1], data: [1] } }, "session-invalid"],
  [WorkspaceService, "run", { program, keepAs: [] }, "session-invalid"],
  [WorkspaceService, "fetch", object, "session-invalid"],
  [WorkspaceService, "delete", object, "session-invalid"],
  [WorkspaceService, "list", {}, "session-invalid"],
  [LearningService, "priceTraining", { dataset: "clinic" }, "session-invalid"],
  [LearningService, "train", { askId: "ask-00001", dataset: "clinic" }, "session-invalid"],
  [LearningService, "priceTeachJointly", { askId: "ask-00001" }, "session-invalid"],
  [LearningService, "teachJointly", { askId: "ask-00001" }, "session-invalid"],
  [LearningService, "stopTraining", { askId: "ask-00001" }, "session-invalid"],
];

test("the matrix has a row for every call that the node answers", () => {
  const calls = [GridService, WorkspaceService, LearningService].flatMap((service) =>
    service.methods.map((method) => `${service.name}.${method.localName}`),
  );
  expect(matrix.map(([service, method]) => `${service.name}.${method}`).toSorted()).toEqual(calls.toSorted());
});

describe("without a session, or with one that is not good", () => {
  test.each(matrix)("%o %s is answered as it must be", async (service, method, message, answer) => {
    expect(await call(service, method, message)).toBe(answer);
    if (answer !== "session-invalid") return;
    expect(await call(service, method, message, "not.a.token")).toBe("session-invalid");
    const [head, , signature] = tokens.ada.split(".");
    const forged = Buffer.from(
      JSON.stringify({ sub: "acct_machine", generation: 1, exp: 9e9, iat: 1 }),
    ).toString("base64url");
    expect(await call(service, method, message, `${head}.${forged}.${signature}`)).toBe("session-invalid");
  });

  test("a session past its lifetime has expired, and says so", async () => {
    nowMs += 61_000;
    expect(await call(GridService, "search", { terms: [] }, tokens.ada)).toBe("session-expired");
    nowMs -= 61_000;
    expect(await call(GridService, "search", { terms: [] }, tokens.ada)).toBe("ok");
  });
});

test("nobody sees, runs on or deletes another account's objects", async () => {
  expect(
    await call(WorkspaceService, "put", { ...object, value: { shape: [2], data: [1, 2] } }, tokens.ada),
  ).toBe("ok");
  expect(await call(WorkspaceService, "fetch", object, tokens.bob)).toBe("object-unknown");
  expect(await call(WorkspaceService, "delete", object, tokens.bob)).toBe("object-unknown");
  expect(await call(WorkspaceService, "fetch", object, tokens.ada)).toBe("ok");
});

test("a wrong password and an unknown name are told in the same words", async () => {
  const told = async (name: string) => {
    const client = createClient(
      GridService,
      createConnectTransport({ baseUrl: serving.url, httpVersion: "1.1" }),
    );
    const error = await client.signIn({ name, password: "not the password" }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConnectError);
    return problemFromError(error);
  };
  expect(await told("bob")).toEqual(await told("nobody-of-that-name"));
});

describe("bytes that are no call", () => {
  test("random bytes and cut messages are refused, and the node goes on serving", async () => {
    for (const { methods, typeName } of [GridService, WorkspaceService]) {
      for (const { name } of methods) {
        for (const body of [
          randomBytes(200),
          Buffer.alloc(0),
          Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ]) {
          const { status } = await post(`/${typeName}/${name}`, body);
          expect(status, `${typeName}/${name}`).toBeLessThan(501);
        }
      }
    }
    expect(await call(GridService, "search", { terms: [] }, tokens.ada)).toBe("ok");
  });

  test("a message over the limit is refused before it is read whole", async () => {
    const { status, text } = await post("/unseen.v1.GridService/Ask", Buffer.alloc(wireLimits.askBytes + 1));
    expect(status).toBe(429);
    expect(text).toContain("resource_exhausted");
  });

  test("what is not a call of ours is not there, and the front door says what this is and no more", async () => {
    expect(await get("/etc/passwd")).toMatchObject({ status: 404 });
    expect(await get("/unseen.v1.GridService/Nothing")).toMatchObject({ status: 404 });
    const door = await get("/");
    expect(door).toMatchObject({ status: 200 });
    expect(door.text).toContain("an Unseen owner node");
    expect(door.text).not.toContain("clinic\n");
  });
});

describe("pages of other origins", () => {
  test("one that the owner named may ask, any other gets no permission", async () => {
    const asked = (origin: string) =>
      send({
        method: "OPTIONS",
        path: "/unseen.v1.GridService/Ask",
        headers: { origin, "access-control-request-method": "POST" },
      });
    expect((await asked("https://app.example")).headers["access-control-allow-origin"]).toBe(
      "https://app.example",
    );
    expect((await asked("https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined();
    expect((await asked("null")).headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("where a node listens", () => {
  test.each(["127.0.0.1", "127.9.9.9", "localhost", "::1"])("%s is this machine", (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(mayListen(host, false)).toMatchObject({ ok: true });
  });

  test.each(["0.0.0.0", "::", "192.0.2.1", "127.0.0.1.example", "example.org", "", "localhost.example"])(
    "%s needs TLS",
    (host) => {
      expect(isLoopback(host)).toBe(false);
      expect(mayListen(host, false)).toMatchObject({ ok: false, problem: { code: "insecure-address" } });
      expect(mayListen(host, true)).toMatchObject({ ok: true });
    },
  );
});

type Reply = {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
};

function post(path: string, body: Uint8Array): Promise<Reply> {
  const headers = { "content-type": "application/proto", authorization: `Bearer ${tokens.ada}` };
  return send({ method: "POST", path, headers }, body);
}

function get(path: string): Promise<Reply> {
  return send({ method: "GET", path });
}

function send(
  options: { readonly method: string; readonly path: string; readonly headers?: Record<string, string> },
  body?: Uint8Array,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = rawRequest(
      `${serving.url}${options.path}`,
      { method: options.method, ...(options.headers ? { headers: options.headers } : {}) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString(),
            headers: response.headers,
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}
