// What one message may hold. The door reads a message's length before it reads the message, and counts
// before it allocates or loops.

import { programLimits } from "@unseen/program";

export const wireLimits = {
  /** Bytes of a call to the grid: a program with all its constants is 512 KiB, and its nodes fit beside them. */
  askBytes: 2 ** 20,
  /** Bytes of a call to a workspace that brings no numbers. */
  runBytes: 2 ** 20,
  /** Bytes of a tensor that is sent or fetched: 32 MiB of float64, and its frame. */
  tensorBytes: programLimits.elements * 8 + 2 ** 16,
  /**
   * Bytes of a reply of the grid: the most numbers of one question with their half-widths are 4 MiB. A node
   * that means ill can make a reader spend a second on each MiB, so it gets no more than is needed.
   */
  gridReplyBytes: 8 * 2 ** 20,
  /** Bytes of a reply that a client reads: the outputs of one program. */
  replyBytes: 64 * 2 ** 20,
  /** Numbers in one tensor. */
  tensorElements: programLimits.elements,
  /** Axes of one tensor; the operation set needs no more. */
  tensorAxes: 8,
  /** Words in one search. */
  searchTerms: 16,
  /** Characters of one word of a search. */
  termLength: 100,
  /** Characters of the name of a dataset, a column or an account. */
  nameLength: 200,
  /** Characters of a password. Argon2id's time grows with it; a sentence fits. */
  passwordLength: 1_024,
  /** Characters of the one-time token that a new owner types. */
  tokenLength: 256,
  /** Characters of an amount such as "0.5"; the longest double prints in 24. */
  amountLength: 64,
  /** Bytes of one SQL statement. */
  sqlBytes: 2 ** 16,
  /** Rows of a table of answers: every combination of group keys. */
  tableRows: 4_096,
  /** Columns of a table of answers, those that only order it included. */
  tableColumns: 128,
  /** Rows of one sample. */
  sampleRows: 10_000,
  /** Datasets that a client reads from one node's reply. */
  foundDatasets: 1_000,
  /** Columns of a dataset's description that a client reads. */
  columns: 4_096,
  /** Categories of a column that a client reads. */
  categories: 65_536,
  /** Keys in one answer that a client reads; what all of them hold is bounded by the reply. */
  shownKeys: 2 ** 20,
  /** Columns of texts whose keys come with one SQL statement. */
  keyedColumns: 8,
  /** Tags of a dataset that a client reads. */
  tags: 256,
  /** Characters of a description that a client reads. */
  descriptionLength: 20_000,
  /** Bytes of a call that brings a share: one part of 2^20 numbers, or both of replicated ones, and its frame. */
  shareBytes: 2 ** 24 + 2 ** 16,
  /** Bytes of a call to compute on shares: the program, and a mask of two parts for the result. */
  computeBytes: 2 ** 20 + 2 ** 24 + 2 ** 16,
  /** Columns of one owner that become one shared tensor. */
  sharedColumns: 64,
  /** Bytes of a program that is given to owners for review. */
  reviewBytes: 2 ** 20,
  /** Numbers of one shared tensor: each costs a protocol a hundred times what it costs in the open. */
  sharedElements: 2 ** 20,
  /** Parties of one computation: five compute, and one provides. */
  parties: 6,
  /** Characters of a fingerprint: sixteen groups of four and what stands between. */
  fingerprintLength: 80,
  /** Bytes of an ask to several owners, with the facts of their columns. */
  jointAskBytes: 2 ** 21,
  /** Bytes of a call that asks for a training: first weights for all numbers that may be learnt, and the recipe. */
  trainBytes: 2 ** 22 + 2 ** 20,
  /** Bytes of the queries that teachers answer: 5,000 rows of 784 numbers. */
  queryBytes: 2 ** 24,
  /** Bytes of a call that asks for a teaching: its queries, and the recipe. */
  teachBytes: 2 ** 24 + 2 ** 20,
  /** Queries of one teaching: a reply holds an answer to each. */
  queries: 2 ** 16,
  /** Teachers at one owner's: as many as votes are counted for. */
  teachers: 2 ** 20,
  /** Numbers that a training at an owner's learns: 4 MiB, which the ledger keeps and a reply holds. */
  trainedParameters: 2 ** 20,
  /** Layers of a model that is sent. */
  layers: 64,
  /** Size of a layer, a window or an axis of an example. */
  layerSize: 2 ** 20,
  /** Columns of an example. */
  features: 4_096,
  /** Steps of a training at an owner's; the owner's own limit is on the work. */
  trainingSteps: 1_000_000,
  /** People that a batch may be expected to hold. */
  batchUnits: 2 ** 31,
  /** Characters of a problem's sentence or hint that a client reads. */
  problemLength: 2_000,
  /** Facts beside a problem that a client reads, each value up to `nameLength`. */
  problemFacts: 16,
} as const;
