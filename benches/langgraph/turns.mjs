// A conversation of `turns` turns, each a message of the user's and a reply, through LangGraph with its
// SQLite checkpointer. Prints what the file holds then, as JSON. Arguments: file, turns.

import { existsSync, statSync } from "node:fs";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { message } from "../lib/messages.mjs";

const [, , file, turns] = process.argv;
const textOf = (index) => message(index).parts[0].text;

const checkpointer = SqliteSaver.fromConnString(file);
let replies = 0;
const graph = new StateGraph(MessagesAnnotation)
  .addNode("model", () => ({ messages: [new AIMessage(textOf(2 * replies++ + 1))] }))
  .addEdge(START, "model")
  .addEdge("model", END)
  .compile({ checkpointer });

const start = performance.now();
for (let turn = 0; turn < Number(turns); turn++) {
  const input = { messages: [new HumanMessage(textOf(2 * turn))] };
  await graph.invoke(input, { configurable: { thread_id: "1" } });
}
const seconds = (performance.now() - start) / 1000;
checkpointer.db.pragma("wal_checkpoint(TRUNCATE)");
checkpointer.db.close();
const bytes = [file, `${file}-wal`].reduce(
  (sum, part) => sum + (existsSync(part) ? statSync(part).size : 0),
  0,
);
console.log(JSON.stringify({ bytes, seconds }));
