// Time travel: a slider over the operations. All the way to the right is now; anywhere else the page only reads.
import { fill, h, when } from "../dom.js";
import { operationName } from "../words.js";

/** `past` is what the page looks at: a step's time, or a commit's hash; undefined: now. */
export function showTravel(parent, { steps, commits }, { past, onTravel }) {
  const last = steps.length - 1;
  const at = placeOf(past, steps, commits);
  const step = steps[at];
  const isNow = past === undefined;
  const label =
    step === undefined ? "nothing yet" : isNow ? "now" : `${when(step.at)}, ${operationName(step)}`;
  let slider = parent.querySelector("input");
  if (slider === null) {
    const back = h(
      "button",
      { type: "button", class: "small", id: "to-now", hidden: true },
      "Back to now",
    );
    slider = h("input", {
      type: "range",
      min: 0,
      step: 1,
      id: "slider",
      "aria-label": "Operation to look at",
    });
    slider.addEventListener("input", () => parent.onInput(Number(slider.value)));
    fill(
      parent,
      h("label", { for: "slider", class: "travel-name" }, "Time"),
      slider,
      h("output", { for: "slider" }),
      back,
    );
  }
  // While it is moved new operations may come: the listener has to know them.
  parent.onInput = (value) => onTravel(value >= last ? undefined : steps[value].at);
  slider.max = Math.max(0, last);
  slider.value = Math.max(0, at);
  slider.disabled = last < 1;
  slider.setAttribute("aria-valuetext", `operation ${at + 1} of ${last + 1}: ${label}`);
  slider.style.setProperty("--at", `${last < 1 ? 100 : (100 * at) / last}%`);
  parent.classList.toggle("in-past", !isNow);
  parent.querySelector("output").textContent = `${at + 1} of ${last + 1} · ${label}`;
  const back = parent.querySelector("button");
  back.hidden = isNow;
  back.onclick = () => onTravel(undefined);
}

/** The step that a time or a commit belongs to: the last one that is not later. */
function placeOf(past, steps, commits) {
  if (past === undefined) return steps.length - 1;
  const time =
    typeof past === "number" ? past : commits.find(({ hash }) => hash === past)?.createdAt;
  const at = steps.findLastIndex((step) => step.at <= (time ?? 0));
  return Math.max(0, at);
}
