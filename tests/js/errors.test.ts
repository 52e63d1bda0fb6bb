import { describe, expect, test, vi } from "vitest";
import { isVarveError, toVarveError, VarveError } from "../../js/src/errors.js";

describe("VarveError", () => {
  test("is an Error with name, code, details and cause", () => {
    const cause = new Error("disk full");
    const error = new VarveError("Quota", "the store is full", { limit: 10 }, { cause });

    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe("VarveError: the store is full");
    expect(error).toMatchObject({ code: "Quota", details: { limit: 10 }, retryable: false });
    expect(error.cause).toBe(cause);
    expect(error.stack).toContain("errors.test.ts");
  });

  test("has no cause of its own unless one is given", () => {
    expect(Object.hasOwn(new VarveError("Closed", "closed", {}), "cause")).toBe(false);
  });

  test("shows only what belongs to it", () => {
    const error = new VarveError("RefExists", "taken", { kind: "branch", name: "main" });
    expect(Object.keys(error).sort()).toEqual(["code", "details", "retryable"]);
  });

  test.each(["Conflict", "Unavailable", "OutcomeUnknown", "Blocked"] as const)(
    "%s is worth another try",
    (code) => {
      expect(new VarveError(code, "later", {}).retryable).toBe(true);
    },
  );
});

describe("isVarveError", () => {
  test("tells codes apart", () => {
    const error: unknown = new VarveError("CommitNotFound", "no commit x", { ref: "x" });
    expect(isVarveError(error)).toBe(true);
    expect(isVarveError(error, "CommitNotFound")).toBe(true);
    expect(isVarveError(error, "RefExists")).toBe(false);
  });

  test("recognises errors of another copy of the package", async () => {
    vi.resetModules();
    const copy = await import("../../js/src/errors.js");
    const error = new copy.VarveError("Closed", "closed", {});
    expect(error).not.toBeInstanceOf(VarveError);
    expect(isVarveError(error, "Closed")).toBe(true);
  });

  test.each([null, undefined, "Closed", new Error("x"), { code: "Closed" }, () => 1])(
    "refuses %s",
    (value) => {
      expect(isVarveError(value)).toBe(false);
    },
  );
});

describe("what the module reports", () => {
  test("becomes an error with the same code, message and details", () => {
    const parts = {
      code: "EditTarget",
      message: "3f2a… is deleted",
      details: { id: "a", reason: "deleted" },
    };
    expect(toVarveError(parts)).toMatchObject(parts);
  });

  test("has details even where the module gave none", () => {
    expect(toVarveError({ code: "Closed", message: "closed" }).details).toEqual({});
  });
});
