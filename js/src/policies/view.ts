// What policies of the application look at.
import type { Link } from "../handle.js";
import type { JsonValue } from "../types/json.js";
import type { PolicyTrigger, PolicyView } from "../types/policies.js";

/** What a view is made of: a handle. */
export interface ViewReader
  extends Pick<
    PolicyView,
    "head" | "status" | "transcript" | "history" | "get" | "annotations" | "branches"
  > {
  readonly currentBranch: string | undefined;
}

/** What a policy of the application looks at: it reads, and changes nothing. */
export function viewOf(
  link: Link,
  reader: ViewReader,
  trigger: PolicyTrigger,
  config: JsonValue | undefined,
): PolicyView {
  const { head, currentBranch } = reader;
  return Object.freeze({
    trigger,
    config,
    head,
    branch: currentBranch ?? "",
    now: link.host.now(),
    status: () => reader.status(),
    transcript: (options) => reader.transcript(options),
    history: (options) => reader.history(options),
    get: (ref) => reader.get(ref),
    annotations: (id) => reader.annotations(id),
    branches: () => reader.branches(),
  } satisfies PolicyView);
}
