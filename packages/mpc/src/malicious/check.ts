// One check of everything that three replicated parties have computed since the last one. Seven rounds.
//
// Each party i proves to the two others that what it sent is right. All that i sent is a sum of products of numbers that
// party i - 1, on its left, knows with numbers that party i + 1, on its right, knows (`statements.ts`). At most one party
// cheats: if it is the prover, both verifiers are honest; if it is a verifier, the prover is. So verifiers are believed
// whenever the prover, who knows all that they know, says the same.
//
//  0. i shares its carries (words only): the left verifier draws its share, the right one is sent the rest.
//  1. The verifiers have drawn a seed that i does not know. The right one tells i, once all that i had to send is in.
//  2. The left one tells i the same, once the right one said that it has everything. Weighed with these first coins, the
//     statements are one sum of products A_1 B_1 + ... + A_m B_m + e + f = 0 of rows, A on the left and B on the right.
//     i computes all A_i B_j, and A_0 B_j with a mask row A_0 that the left one draws too, and shares the sums.
//  3. and 4. Second coins r in the same way. The left one sends A = A_0 + r_1 A_1 + ... + r_m A_m to the right one, and its
//     shares of what A B_j is by the sums, and of the sum of A_j B_j plus e.
//  5. i knows all of that, and sends a tag of it (`tag.ts`): what the left one says is what i says.
//  6. The right one compares, and says that it is content. Nobody goes on before both others have said so.
//
// Soundness. A statement that is false stays false under the first coins but for 2^-47 (bits: two weights in GF(2^48)) or
// 2^-52 (words, with valuations counted: at most 65 for each of two weights over 2^64). Then some sum A_i B_j that i shared
// is false, and its line in A B_j, with r unknown when it was shared, is wrong but for 2^-48 (bits) or is included in the
// figure above (words). Together at most 2^-46 for a check, and the first check that fails is the last.
//
// Secrecy. The right verifier sees uniform shares, A under a uniform mask, and sums that it can compute itself when i is
// honest; the left one sees nothing; i sees coins. A verifier who lies is found by the tag, or by the other's coins, whatever
// the secrets are: so whether a check passes tells nothing.

import type { Column, Place } from "@unseen/compute";
import type { SeedStream } from "../session/seed-stream.ts";
import type { Incoming, Outgoing } from "../session/session.ts";
import { BitProof, plusBits, xorEach } from "./bit-proof.ts";
import { Cheated } from "./cheated.ts";
import { behind, drawSeeds, expanded, owedIn } from "./check-seeds.ts";
import { answerBytes, checkSizes, planesBytes, proofBytes } from "./check-sizes.ts";
import type { CheckedParty } from "./checked-party.ts";
import { coinsOf, drawn } from "./purpose-streams.ts";
import { type BitStatement, freeStatement, type WordStatement } from "./statements.ts";
import { isSame, tagBytes, tagOf, writeWide } from "./tag.ts";
import { plusWords, readAll, WordProof, wide } from "./word-proof.ts";

type Taken = { readonly bits: readonly BitStatement[]; readonly words: readonly WordStatement[] };

/** Resolves when both other parties have proved everything to this one and are content with it. Rejects with `Cheated`. */
export async function check(p: CheckedParty, taken: Taken): Promise<void> {
  const { session, memory, streams } = p;
  const { kernels } = memory;
  const [before, after] = [session.after(-1), session.after(1)];
  const sizes = checkSizes(owedIn(taken));
  const words = new WordProof(memory, sizes, taken.words);
  const bits = new BitProof(memory, sizes);
  const rows = bits.gathered(taken.bits);
  const elementBytes = planesBytes * sizes.bits.blocks;
  /** An answer is rows of elements, two claims a row, a row of wide numbers, and claims. */
  const behindBits = 2 * elementBytes + 16 * sizes.bits.rows;
  const hasWords = sizes.words.rows > 0;
  const mark = memory.zeros(1);
  const marks = [memory.zeros(1), memory.zeros(1)] as const;
  const exchange = (outgoing: readonly Outgoing[], incoming: readonly Incoming[]) =>
    session.exchange(outgoing.filter(hasBytes), incoming.filter(hasBytes));

  // 0. Carries.
  const { carries: count } = sizes.words;
  const mine = words.carries();
  const leftShare = drawn(memory, streams.proofs.mine, count);
  kernels.sub(mine.at, leftShare.at, mine.at, count);
  const carriesOnLeft = drawn(memory, streams.proofs.next, count);
  const carriesOnRight = memory.column(count);
  await exchange(
    [
      { to: after, from: mine },
      { to: before, from: mark },
    ],
    [
      { from: before, into: carriesOnRight },
      { from: after, into: marks[0] },
    ],
  );

  // 1. and 2. First coins: of my proof, of the one that I look at from the left, of the one from the right.
  const first = drawSeeds(p);
  await exchange(
    [
      { to: before, from: first.onRight },
      { to: after, from: mark },
    ],
    [
      { from: after, into: first.mine },
      { from: before, into: marks[0] },
    ],
  );
  const coins = expanded(first, (seed) => {
    const all = coinsOf(memory, seed, bits.coinWords + words.coinWords);
    return { all, bits: bits.inField(all, bits.coinWords), words: behind(all, bits.coinWords) };
  });
  const mask = drawMask(streams.proofs.mine);
  const left = words.left(0, coins.mine.words);
  const right = words.right(1, coins.mine.words);
  const sums = {
    bits: bits.sums(rows, mask.bits, coins.mine.bits),
    words: words.sums(mask.words, left, right),
  };
  memory.free(right);
  const onLeftOfMine = {
    bits: bits.drawSums(streams.proofs.mine),
    words: words.drawSums(streams.proofs.mine),
  };
  const sent = {
    bits: plusBits(sums.bits, onLeftOfMine.bits),
    words: plusWords(sums.words, onLeftOfMine.words, -1n),
  };
  const proof = memory.allocate(proofBytes(sizes));
  const proofSeen = memory.allocate(proof.bytes);
  const bitSums = sizes.bits.rows * (sizes.bits.rows + 1);
  memory
    .words({ at: proof.at, bytes: 8 * bitSums, length: bitSums })
    .set([...sent.bits.withMask, ...sent.bits.ofRows]);
  for (const [at, sum] of [...sent.words.withMask, ...sent.words.ofRows].entries())
    writeWide(memory, proof.at + 8 * bitSums + 16 * at, sum);
  await exchange(
    [
      { to: after, from: first.onLeft },
      { to: after, from: proof },
    ],
    [
      { from: before, into: first.again },
      { from: before, into: proofSeen },
    ],
  );
  if (!isSame(memory, first.mine, first.again)) throw new Cheated("the coins of a check", [before, after]);

  // 3. and 4. Second coins, and what the left verifiers answer.
  const second = drawSeeds(p);
  await exchange(
    [
      { to: before, from: second.onRight },
      { to: after, from: mark },
    ],
    [
      { from: after, into: second.mine },
      { from: before, into: marks[0] },
    ],
  );
  const r = expanded(second, (seed) => {
    const all = coinsOf(memory, seed, sizes.bits.rows + sizes.words.rows);
    return { all, bits: bits.inField(all, sizes.bits.rows), words: behind(all, sizes.bits.rows) };
  });
  const numbers = (column: Column) => [...memory.words({ ...column, length: sizes.words.rows })];
  const leftOfNext = words.left(1, coins.onLeft.words);
  const drawnMask = drawMask(streams.proofs.next);
  const drawnSums = { bits: bits.drawSums(streams.proofs.next), words: words.drawSums(streams.proofs.next) };
  bits.combine(rows.x[1], rows.y[1], drawnMask.bits, coins.onLeft.bits, r.onLeft.bits);
  words.combine(leftOfNext, drawnMask.words, r.onLeft.words.at);
  const answer = answered(drawnMask, {
    bits: [
      ...bits.expected(drawnSums.bits, r.onLeft.bits),
      ...xorEach(bits.diagonal(drawnSums.bits), bits.rowSums(rows.e, coins.onLeft.bits)),
    ],
    words: [
      ...words.expected(drawnSums.words, numbers(r.onLeft.words)),
      wide(
        words.diagonal(drawnSums.words) + words.constants(({ e }) => e, carriesOnLeft, coins.onLeft.words),
      ),
    ],
  });
  memory.free(leftOfNext);
  const answerSeen = memory.allocate(answer.bytes);
  await exchange(
    [
      { to: after, from: second.onLeft },
      { to: before, from: answer },
    ],
    [
      { from: before, into: second.again },
      { from: after, into: answerSeen },
    ],
  );
  if (!isSame(memory, second.mine, second.again)) throw new Cheated("the coins of a check", [before, after]);
  memory.free(answer);

  // 5. The prover's own version of the answer to its proof.
  bits.combine(rows.x[0], rows.y[0], mask.bits, coins.mine.bits, r.mine.bits);
  words.combine(left, mask.words, r.mine.words.at);
  const wanted = answered(mask, {
    bits: [
      ...bits.expected(onLeftOfMine.bits, r.mine.bits),
      ...xorEach(bits.diagonal(sent.bits), bits.rowSums(rows.f.next, coins.mine.bits)),
    ],
    words: [
      ...words.expected(onLeftOfMine.words, numbers(r.mine.words)),
      wide(-words.diagonal(sent.words) - words.constants(({ f }) => f.next, mine, coins.mine.words)),
    ],
  });
  const tag = tagOf(memory, streams.tags.next, wanted);
  const tagSeen = memory.allocate(tagBytes);
  memory.free(wanted, left);
  await exchange([{ to: after, from: tag }], [{ from: before, into: tagSeen }]);
  const tagWanted = tagOf(memory, streams.tags.mine, answerSeen);
  if (!isSame(memory, tagSeen, tagWanted)) throw new Cheated("the answer of a check", [before, after]);
  judge();

  // 6. Everybody is content.
  await exchange(
    [
      { to: before, from: mark },
      { to: after, from: mark },
    ],
    [
      { from: before, into: marks[0] },
      { from: after, into: marks[1] },
    ],
  );
  bits.free(rows);
  words.free();
  for (const each of [coins, r]) memory.free(each.mine.all, each.onLeft.all, each.onRight.all);
  for (const each of [first, second]) memory.free(each.mine, each.again, each.onLeft, each.onRight);
  memory.free(mark, ...marks, mine, leftShare, carriesOnLeft, carriesOnRight, proof, proofSeen);
  memory.free(answerSeen, tag, tagSeen, tagWanted);
  for (const statement of [...taken.bits, ...taken.words]) freeStatement(memory, statement);

  /** The right verifier's: the party before is the prover, and stands by every word of the answer. */
  function judge(): void {
    const seen = {
      bits: bits.sumsFrom({ ...proofSeen, length: bitSums }),
      words: words.sumsFrom(proofSeen.at + 8 * bitSums),
    };
    const half = { x: answerSeen, y: { at: answerSeen.at + elementBytes, bytes: elementBytes } };
    const claims = answerSeen.at + 2 * elementBytes;
    const bitClaims = [
      ...memory.words({ at: claims, bytes: 16 * sizes.bits.rows, length: 2 * sizes.bits.rows }),
    ];
    const projected = bits.projected(half, rows.y[0], rows.x[0], coins.onRight.bits);
    const lines = xorEach(projected, bits.expected(seen.bits, r.onRight.bits));
    const ends = xorEach(bits.diagonal(seen.bits), bits.rowSums(rows.f.mine, coins.onRight.bits));
    let isTrue = bits.areElements(seen.bits);
    isTrue &&= bitClaims.every((claim, at) => claim === [...lines, ...ends][at]!);
    if (hasWords) {
      const rowSeen = { at: claims + 16 * sizes.bits.rows, bytes: 16 * sizes.words.terms };
      const rightOfBefore = words.right(0, coins.onRight.words);
      const wordClaims = readAll(memory, rowSeen.at + rowSeen.bytes, sizes.words.rows + 1);
      const expected = words.expected(seen.words, numbers(r.onRight.words));
      const sumsSeen = words.projected(rowSeen, rightOfBefore).map((sum, j) => wide(sum - expected[j]!));
      const end =
        words.diagonal(seen.words) + words.constants(({ f }) => f.mine, carriesOnRight, coins.onRight.words);
      isTrue &&= wordClaims.every((claim, at) => claim === [...sumsSeen, wide(-end)][at]!);
      memory.free(rightOfBefore);
    }
    if (!isTrue) throw new Cheated("a product", [before]);
  }

  /** A mask row, in the message that its answer will be. */
  function drawMask(stream: SeedStream) {
    const message = memory.allocate(answerBytes(sizes));
    const ofBits = bits.drawMask(stream, message.at);
    return { message, bits: ofBits, words: words.drawMask(stream, message.at + behindBits) };
  }

  /** The message, once the rows are in it. */
  function answered(
    { message }: { readonly message: Place },
    claims: { readonly bits: readonly bigint[]; readonly words: readonly bigint[] },
  ): Place {
    const { length } = claims.bits;
    memory.words({ at: message.at + 2 * elementBytes, bytes: 8 * length, length }).set(claims.bits);
    const at = message.at + behindBits + 16 * sizes.words.terms;
    if (hasWords)
      for (const [index, claim] of claims.words.entries()) writeWide(memory, at + 16 * index, claim);
    return message;
  }
}

function hasBytes(step: Outgoing | Incoming): boolean {
  return ("into" in step ? step.into : step.from).bytes > 0;
}
