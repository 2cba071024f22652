export { digestOfReviewed, type ProgramToReview, programToReview } from "./program-to-review.ts";
export type { Permitted, SharePermit } from "./share-permit.ts";
export { type PermitWish, SharePermits } from "./share-permits.ts";
