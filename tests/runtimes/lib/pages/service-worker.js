// A service worker, which controls the page at once.
import { answer } from "./app.js";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => {
  event.waitUntil(answer(event.data).then((given) => event.ports[0].postMessage(given)));
});
