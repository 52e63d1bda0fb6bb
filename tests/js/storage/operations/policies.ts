// What policies are told, and what becomes of what they ask for.
import type { PolicyAction, PolicyView, Proposal } from "varve";
import type { Chat, Operation } from "./kit.js";

type Evaluate = (view: PolicyView) => PolicyAction;

/** What a policy of ours proposes. */
async function proposal(chat: Chat, evaluate: Evaluate): Promise<Proposal> {
  chat.policies.register({ name: "ours", evaluateOn: "compile", evaluate });
  chat.policies.handle("ticket:escalate", () => {});
  try {
    return (await chat.prepare()).proposals[0] as Proposal;
  } finally {
    chat.policies.unregister("ours");
  }
}

const annotates = (priority: "pinned" | "skip"): PolicyAction => ({
  type: "annotate",
  entries: [{ id: "last", priority }],
});
const skips = () => annotates("skip");
const rules = [{ text: "order" }];

const given = (arranged: unknown) => arranged as Proposal;

const branches: Evaluate = ({ head }) => ({ type: "branch", name: "new", from: head ?? "" });

const APPROVED: Readonly<Record<string, Evaluate>> = {
  "an annotation": skips,
  "a branch": branches,
  "branches to archive": () => ({ type: "archive", branches: ["side"], prefix: "old/" }),
  "a compression": () => ({ type: "compress" }),
  "something of the application's": () => ({ type: "ticket:escalate", ticket: 7 }),
};

const approvals = Object.entries(APPROVED).map(
  ([what, evaluate]): Operation => ({
    name: `policies.approve of ${what}`,
    parts: "tried",
    arrange: (chat) => proposal(chat, evaluate),
    run: (chat, it) => chat.policies.approve(given(it)),
  }),
);

export const POLICIES: readonly Operation[] = [
  { name: "setPolicyConfig", run: (chat) => chat.setPolicyConfig({ threshold: 0.7 }) },
  {
    name: "setPolicyConfig to null",
    arrange: (chat) => chat.setPolicyConfig({ threshold: 0.7 }),
    run: (chat) => chat.setPolicyConfig(null),
  },
  {
    name: "policies.configure",
    run: (chat) =>
      chat.policies.configure({
        "auto-branch": { enabled: true, changes: 2 },
        ours: { config: { deep: [1] } },
      }),
  },
  {
    name: "policies.configure with rules for what is there",
    parts: "aside",
    run: (chat) => chat.policies.configure({ "auto-pin": { enabled: true, rules } }),
  },
  {
    name: "a commit that a policy pins",
    parts: "aside",
    arrange: (chat) => chat.policies.configure({ "auto-pin": { enabled: true, rules } }),
    run: (chat) => chat.user("Where is my order?", { id: "x" }),
  },
  {
    name: "a tag, and what a policy proposes",
    parts: "aside",
    run: async (chat) => {
      await chat.tag("v2");
      await proposal(chat, skips);
    },
  },
  { name: "policies.setMode", run: (chat) => chat.policies.setMode("manual") },
  { name: "policies.pauseAll", run: (chat) => chat.policies.pauseAll("a look") },
  {
    name: "policies.resumeAll",
    arrange: (chat) => chat.policies.pauseAll("a look"),
    run: (chat) => chat.policies.resumeAll(),
  },
  ...approvals,
  {
    name: "policies.reject",
    arrange: (chat) => proposal(chat, skips),
    run: (chat, it) => chat.policies.reject(given(it), "not now"),
  },
  {
    name: "policies.editProposal",
    arrange: (chat) => proposal(chat, skips),
    run: (chat, it) => chat.policies.editProposal(given(it), annotates("pinned")),
  },
];
