// What the modules of pages call in the place of `console.log`, where the page says what it prints.
import { format } from "node:util";

/** Prints, and fails where that is not `promise`, white space aside. */
export function said(promise: string): (...data: unknown[]) => void {
  return (...data) => {
    const text = format(...data);
    const plain = (each: string) => each.replace(/\s+/g, " ").trim();
    if (plain(text) !== plain(promise)) {
      throw new Error(
        `the page promises ${JSON.stringify(promise)}, and ${JSON.stringify(text)} is printed`,
      );
    }
    console.log(text);
  };
}
