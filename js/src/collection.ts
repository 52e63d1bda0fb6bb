// The repositories of a workspace as a list: titles, metadata, pages.
import type { JsonObject, JsonValue } from "./types/json.js";
import type { ListOptions, RepositoryInfo, RepositoryList } from "./types/varve.js";

/** A page as the module gives it: what a repository says of itself is a JSON text. */
interface NativePage {
  repositories: { id: string; createdAt: number; updatedAt: number; summary?: string }[];
  cursor?: string;
}

type Where = NonNullable<ListOptions["where"]>;
type List = (options: Omit<ListOptions, "where">) => Promise<unknown>;

const LIMIT = 100;

/** A page of repositories for which `where` holds. */
export async function listed(list: List, options: ListOptions): Promise<RepositoryList> {
  const { where = {}, cursor: from, limit = LIMIT, ...rest } = options;
  const repositories: RepositoryInfo[] = [];
  let cursor = from;
  do {
    // Never more than are still wanted: the cursor of a page is then that of the list.
    const page = (await list({
      ...rest,
      cursor,
      limit: limit - repositories.length,
    })) as NativePage;
    repositories.push(...page.repositories.map(infoOf).filter((info) => fits(info, where)));
    cursor = page.cursor;
  } while (cursor !== undefined && repositories.length < limit);
  return cursor === undefined ? { repositories } : { repositories, cursor };
}

function infoOf({ summary, ...row }: NativePage["repositories"][number]): RepositoryInfo {
  if (summary === undefined) return { ...row, metadata: {} };
  const { title, metadata = {} } = JSON.parse(summary) as { title?: string; metadata?: JsonObject };
  return title === undefined ? { ...row, metadata } : { ...row, title, metadata };
}

function fits({ metadata }: RepositoryInfo, where: Where): boolean {
  return Object.entries(where).every(([name, wanted]) => memberOf(metadata, name) === wanted);
}

function memberOf(metadata: JsonObject, name: string): JsonValue {
  return Object.hasOwn(metadata, name) ? (metadata[name] as JsonValue) : null;
}
