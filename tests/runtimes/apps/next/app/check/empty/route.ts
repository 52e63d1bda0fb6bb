// An edge function without varve: what Next.js itself takes.
export const runtime = "edge";

export function GET(): Response {
  return Response.json({});
}
