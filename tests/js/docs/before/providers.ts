// The SDKs as an application has them, each talking to the stand-in of its provider on this machine.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import type { Scripted } from "../../providers/script.js";
import { FakeProviders } from "../../providers/server.js";

const provider = await FakeProviders.start();
const { url } = provider;
provider.unref();

/** Says what the models answer next. */
export function script(...answers: readonly Scripted[]): void {
  provider.script(...answers);
}

export const openai: OpenAI = new OpenAI({ apiKey: "-", baseURL: `${url}/v1`, maxRetries: 0 });
export const anthropic: Anthropic = new Anthropic({ apiKey: "-", baseURL: url, maxRetries: 0 });
export const ai: GoogleGenAI = new GoogleGenAI({ apiKey: "-", httpOptions: { baseUrl: url } });
