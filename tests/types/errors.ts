// Compiling is passing: what `code` narrows.

import { isVarveError, VarveError } from "varve";
import { expectTypeOf } from "vitest";

declare const caught: unknown;

if (isVarveError(caught, "BudgetExceeded")) {
  expectTypeOf(caught.code).toEqualTypeOf<"BudgetExceeded">();
  expectTypeOf(caught.details.required).toEqualTypeOf<number>();
  // @ts-expect-error the figures of another code
  caught.details.candidates;
}

if (isVarveError(caught)) {
  expectTypeOf(caught.retryable).toEqualTypeOf<boolean>();
  if (caught.code === "AmbiguousRef") {
    expectTypeOf(caught.details.candidates).toEqualTypeOf<string[]>();
  }
  // @ts-expect-error not a code of varve
  if (caught.code === "Whatever") throw caught;
}

// @ts-expect-error details must fit the code
new VarveError("DuplicateId", "id is taken", { ref: "x" });
