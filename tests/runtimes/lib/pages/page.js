// The page: answers what it is asked, itself or by one of its workers. Violations of its policy are kept.
import { answer } from "./app.js";
import { startWorker } from "./start-worker.js";

const once = (target) =>
  new Promise((resolve, reject) => {
    target.onmessage = ({ data }) => resolve(data);
    target.onerror = ({ message, filename }) => reject(new Error(`${filename}: ${message}`));
  });

globalThis.violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  globalThis.violations.push(`${violatedDirective} ${blockedURI}`),
);

globalThis.places = {
  page: answer,

  worker(request) {
    const worker = startWorker();
    const answered = once(worker);
    worker.postMessage(request);
    return answered.finally(() => worker.terminate());
  },

  async "service worker"(request) {
    const options = globalThis.serviceWorkerOptions ?? {};
    await navigator.serviceWorker.register("/service-worker.js", options);
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    const answered = once(port1);
    active.postMessage(request, [port2]);
    return answered;
  },
};
