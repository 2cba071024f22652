import fc from "fast-check";
import { expect, test } from "vitest";
import { composeLosses } from "./compose-losses.ts";
import { sampledGaussianLoss } from "./gaussian-loss.ts";
import { deltaOf } from "./loss-curve.ts";
import { latticeOf } from "./loss-lattice.ts";
import type { LossAtom, LossSource } from "./loss-source.ts";
import { chordsBelow } from "./lower-chords.ts";
import { planLosses } from "./place-losses.ts";

const anyAtoms = fc
  .array(
    fc.record({
      loss: fc.double({ min: -2, max: 2, noNaN: true }),
      mass: fc.double({ min: 1e-6, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((atoms) => {
    const total = atoms.reduce((sum, { mass }) => sum + mass, 0);
    return atoms.map(({ loss, mass }) => ({ loss, mass: mass / total }));
  });

const sourceOf = (atoms: readonly LossAtom[]): LossSource => ({
  pieces: [],
  atoms,
  infinityMass: 0,
  cutAbove: 0,
  cutBelow: 0,
  largestLoss: Math.max(...atoms.map(({ loss }) => loss)),
});

function deltaOfAtoms(atoms: readonly LossAtom[], epsilon: number): number {
  return atoms.reduce((sum, { loss, mass }) => sum + mass * Math.max(0, -Math.expm1(epsilon - loss)), 0);
}

const atomsOf = (masses: Float64Array, first: number, step: number): LossAtom[] =>
  [...masses].map((mass, i) => ({ loss: (first + i) * step, mass }));

const slack = 1e-13;

test("at every epsilon the true delta lies between those of the lattices, and all masses are positive", () => {
  fc.assert(
    fc.property(anyAtoms, fc.constantFrom(0.5, 0.3, 0.05, 2 ** -7), (atoms, step) => {
      const lattice = latticeOf(sourceOf(atoms), step);
      const upper = atomsOf(lattice.upper, lattice.first, step);
      const chords = atomsOf(lattice.chords, lattice.first, step);
      const merged = atomsOf(lattice.merged, lattice.first, step).map(({ loss, mass }, i) => ({
        loss: loss + lattice.gap[i]!,
        mass,
      }));
      for (const { mass } of [...upper, ...chords]) expect(mass).toBeGreaterThanOrEqual(0);
      for (let epsilon = -3; epsilon <= 3; epsilon += 0.0371) {
        const exact = deltaOfAtoms(atoms, epsilon);
        expect(deltaOfAtoms(upper, epsilon)).toBeGreaterThanOrEqual(exact - slack);
        expect(deltaOfAtoms(merged, epsilon)).toBeLessThanOrEqual(exact + slack);
        expect(deltaOfAtoms(chords, epsilon) - lattice.shortfall).toBeLessThanOrEqual(exact + slack);
      }
    }),
    { numRuns: 300 },
  );
});

test("without the lowering the chords would not be a lower bound: the guard above can fail", () => {
  const atoms = [{ loss: 0.25, mass: 1 }];
  const lattice = latticeOf(sourceOf(atoms), 0.5);
  const unlowered = chordsBelow(lattice.upper, new Float64Array(lattice.upper.length), 0.5);
  const bulge = deltaOfAtoms(atomsOf(unlowered.masses, lattice.first, 0.5), 0.25);
  expect(bulge).toBeGreaterThan(deltaOfAtoms(atoms, 0.25) + 0.1);
});

test("on a smooth loss the chords give away little: the two bounds lie within a thousandth", () => {
  const source = sampledGaussianLoss(1, 0.1)[0](1e-12);
  const lattice = latticeOf(source, 2 ** -9);
  const [upper, chords] = [lattice.upper, lattice.chords].map((masses) =>
    deltaOfAtoms(atomsOf(masses, lattice.first, lattice.step), 0.5),
  );
  expect(lattice.shortfall).toBeLessThan(1e-12);
  expect(chords! / upper!).toBeGreaterThan(0.999);
  expect(chords!).toBeLessThan(upper!);
});

test("a composition is the plain convolution of its lattices, within the error that it states", () => {
  let runs = 0;
  let wide = 0;
  fc.assert(
    fc.property(
      anyAtoms,
      anyAtoms,
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(0.1, 0.04),
      (a, b, count, step) => {
        const releases = [
          { order: () => sourceOf(a), count },
          { order: () => sourceOf(b), count: 2 },
        ];
        const near = { epsilon: 1.3 };
        const { placement } = planLosses(releases, { near, relativeWidth: 1e-3, mostPoints: 2 ** 16 });
        const parts = releases.map((release) => ({
          lattice: latticeOf(release.order(), step),
          count: release.count,
        }));
        const composed = composeLosses(parts, placement);
        let sum: LossAtom[] = [{ loss: 0, mass: 1 }];
        for (const { lattice, count: times } of parts) {
          const one = atomsOf(lattice.upper, lattice.first, step);
          for (let i = 0; i < times; i++) sum = convolved(sum, one, step);
        }
        const plain = deltaOfAtoms(sum, 1.3);
        const upper = deltaOf(composed.upper, 1.3, "upper");
        expect(upper).toBeGreaterThanOrEqual(plain * (1 - 1e-12));
        // Where one atom holds nearly all mass, the placement, planned from the losses themselves, may end before
        // the coarse lattice's last point; that mass then counts as lost: safe, and wide.
        runs += 1;
        if (upper > plain * (1 + 1e-5) + 1e-17) wide += 1;
        expect(deltaOf(composed.lower, 1.3, "lower")).toBeLessThanOrEqual(plain * (1 + 1e-12));
      },
    ),
    { numRuns: 60 },
  );
  expect(wide / runs).toBeLessThan(0.05);

  function convolved(left: readonly LossAtom[], right: readonly LossAtom[], step: number): LossAtom[] {
    const masses = new Map<number, number>();
    for (const x of left) {
      for (const y of right) {
        const mass = x.mass * y.mass;
        const place = Math.round((x.loss + y.loss) / step);
        if (mass > 0) masses.set(place, (masses.get(place) ?? 0) + mass);
      }
    }
    return [...masses].map(([place, mass]) => ({ loss: place * step, mass }));
  }
});
