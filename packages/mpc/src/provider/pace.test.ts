import { expect, test } from "vitest";
import { atEveryParty, protocolsUnderTest } from "../testing/protocols.ts";

test("a provider that is far ahead waits until the others have come as far", async () => {
  const under = protocolsUnderTest.find(({ name }) => name === "provider, 2 parties")!;
  const provider = under.parties - 1;
  const last = provider - 1;
  let [provided, credits, mostAhead] = [0, 0, 0];
  await atEveryParty(
    under,
    async (p) => {
      const length = 2 ** 20;
      using x = p.publicly(p.session.memory.zeros(length));
      for (let time = 0; time < 20; time++) {
        using _product = await p.multiply(x, x);
      }
    },
    {
      mebibytes: 256,
      meddle: (from, to, message) => {
        if (from === provider) provided += message.length;
        if (to === provider) {
          expect(from).toBe(last);
          credits += 1;
          provided = 0;
        }
        mostAhead = Math.max(mostAhead, provided);
        return message;
      },
    },
  );
  expect(credits).toBe(2);
  expect(mostAhead).toBeLessThanOrEqual(2 * 64 * 2 ** 20);
});
