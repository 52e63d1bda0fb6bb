// What checks of foreign messages find. The same for every format.

/** Something that the provider, or the SDK, would refuse. */
export interface FormatProblem {
  /** The rule's stable name, as docs/formats.md lists it. */
  rule: string;
  /** What is wrong, with the place. */
  message: string;
  /** The message or item, counted from 0. */
  index: number;
  /** The title of the page that states the rule. */
  source: string;
}

/** Notes a problem: its rule, the message's index and what is wrong. */
export type Report = (rule: string, index: number, message: string) => void;

/** Collects problems; `sources` gives for each rule the title of the page that states it. */
export function collect(
  sources: Readonly<Record<string, string>>,
  run: (report: Report) => void,
): FormatProblem[] {
  const problems: FormatProblem[] = [];
  run((rule, index, message) => {
    problems.push({ rule, message, index, source: sources[rule] ?? "" });
  });
  return problems;
}
