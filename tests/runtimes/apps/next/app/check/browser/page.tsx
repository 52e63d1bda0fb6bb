"use client";
// The scenario in the browser, kept by IndexedDB. Each load of the page asks for it anew, or with ?again for what is kept.
import { useEffect, useState } from "react";
import * as varve from "varve";
import { toOpenAI } from "varve/formats/openai";
import { indexedDB } from "varve/storage/indexed-db";
import { scenario } from "../../../scenario.mjs";

const storage = () => indexedDB("check");

async function kept() {
  const chat = await varve
    .createVarve({ storage: storage() })
    .open("support-42", { create: false });
  const { messages, tokenCount } = await chat.compile();
  const { ok } = await chat.verify();
  return { messages: messages.length, tokens: tokenCount, ok };
}

export default function Page() {
  const [report, setReport] = useState("");
  useEffect(() => {
    const answer = location.search === "?again" ? kept() : scenario({ varve, toOpenAI, storage });
    answer.then(JSON.stringify, String).then(setReport);
  }, []);
  return <pre>{report}</pre>;
}
