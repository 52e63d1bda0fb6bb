// A dedicated worker.
import { answer } from "./app.js";

addEventListener("message", async ({ data }) => postMessage(await answer(data)));
