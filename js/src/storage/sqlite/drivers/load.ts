// Packages that may be there. The name is no literal, so that bundlers leave the import as it is.

/** What a package exports; undefined: it is not installed. Throws what it throws while it loads. */
export async function load(name: string): Promise<Record<string, unknown> | undefined> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    if (isMissing(error as { code?: unknown; message?: unknown })) return undefined;
    throw error;
  }
}

const CODES: readonly unknown[] = [
  "ERR_MODULE_NOT_FOUND",
  "MODULE_NOT_FOUND",
  "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING", // Vercel's edge runtime, which imports nothing at all
];

/** workerd gives no code. */
function isMissing({ code, message }: { code?: unknown; message?: unknown }): boolean {
  if (CODES.includes(code)) return true;
  return /^No such module\b/.test(String(message));
}
