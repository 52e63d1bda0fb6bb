// How many tokens a branch may have, and what happens when it has more.

/** How much a model may be given, in tokens. */
export type Budget = (
  | {
      maxTokens: number;
      model?: never;
      contextWindow?: never;
      reserveOutput?: never;
      margin?: never;
    }
  | ((
      | {
          /** The model's window. */
          contextWindow: number;
          model?: never;
        }
      | {
          /** A model of those given to `createVarve`: its window. */
          model: string;
          contextWindow?: never;
        }
    ) & {
      maxTokens?: never;
      /** Kept free for the answer. Default: 0. */
      reserveOutput?: number;
      /** Kept free for what counting gets wrong, as a share of the window: 0.05 is 5 %. Default: 0. */
      margin?: number;
    })
) &
  (
    | {
        /** `warn`: the event `budget`. `reject`: input that would burst it fails with `BudgetExceeded`. */
        action: "warn" | "reject";
      }
    | { action: "callback"; callback: (event: BudgetEvent) => void }
  );

/** A branch has more than its budget. */
export interface BudgetEvent {
  readonly type: "budget";
  readonly branch: string;
  /** Tokens allowed. */
  readonly limit: number;
  /** Tokens of the compile. */
  readonly used: number;
}
