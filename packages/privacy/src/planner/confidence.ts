/** The share of answers that every stated half-width, and every promise of a choice, covers at least. */
export const confidence = 0.95;
