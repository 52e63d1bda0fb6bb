// Who did something.

/** Who did something. */
export interface Author {
  /** `user`, `agent`, `policy`, `system`, or a word of your own. */
  readonly kind: string;
  /** Which one. */
  readonly name?: string;
}
