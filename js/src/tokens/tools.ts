// Tokens of tool definitions, by the rule OpenAI publishes (OpenAI Cookbook, figures of gpt-4o).
// src/tokens/tools.rs is the same for the counts in a repository; tests/fixtures/tools.json holds
// what both must give.

const PER_FUNCTION = 7;
const PER_PROPERTIES = 3;
const PER_PROPERTY = 3;
const ENUM_DISCOUNT = 3;
const PER_ENUM_ITEM = 3;
const AFTER_ALL = 12;

type Count = (text: string) => number;
type Fields = Record<string, unknown>;

/** @internal */
export function countTools(tools: readonly unknown[], count: Count): number {
  if (tools.length === 0) return 0;
  return tools.reduce<number>((sum, tool) => sum + countTool(tool, count), AFTER_ALL);
}

function countTool(tool: unknown, count: Count): number {
  const outer = fieldsOf(tool);
  const definition = "function" in outer ? fieldsOf(outer.function) : outer;
  const { name, description } = definition;
  if (typeof name !== "string") return PER_FUNCTION + count(json(tool));
  const schema = "parameters" in definition ? definition.parameters : definition.input_schema;
  const line = `${name}:${sentence(description)}`;
  return PER_FUNCTION + count(line) + countParameters(schema, count);
}

function countParameters(schema: unknown, count: Count): number {
  const { properties } = fieldsOf(schema);
  if (isFields(properties)) {
    const all = Object.entries(properties);
    if (all.length === 0) return 0;
    return all.reduce((sum, [name, of]) => sum + countProperty(name, of, count), PER_PROPERTIES);
  }
  const isEmpty = schema === undefined || schema === null || json(schema) === "{}";
  return isEmpty ? 0 : count(json(schema));
}

function countProperty(name: string, property: unknown, count: Count): number {
  if (!isFields(property)) return PER_PROPERTY + count(`${name}:${json(property)}`);
  const { type, description, enum: items, ...rest } = property;
  const kind = type === undefined ? "" : typeof type === "string" ? type : json(type);
  let tokens = PER_PROPERTY + count(`${name}:${kind}:${sentence(description)}`);
  if (Object.keys(rest).length > 0) tokens += count(json(rest));
  if (items !== undefined) tokens += countEnum(items, count) - ENUM_DISCOUNT;
  return Math.max(tokens, 0);
}

function countEnum(items: unknown, count: Count): number {
  if (!Array.isArray(items)) return count(json(items));
  const countItem = (item: unknown) => count(typeof item === "string" ? item : json(item));
  return items.reduce<number>((sum, item) => sum + PER_ENUM_ITEM + countItem(item), 0);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** A description without its full stop. */
function sentence(description: unknown): string {
  return typeof description === "string" ? description.replace(/\.$/, "") : "";
}

/** JSON with sorted keys, as the module writes it. */
function json(value: unknown): string {
  const sorted = (_key: string, item: unknown) =>
    isFields(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  return JSON.stringify(value, sorted) ?? "null";
}
