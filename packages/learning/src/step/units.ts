export type Units = {
  /** Units of privacy in one run of the program. */
  readonly count: number;
  /** Rows that each has, absent ones among them. */
  readonly rowsEach: number;
};
