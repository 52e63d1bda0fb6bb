// Stands in for a model. With an SDK this is one call: openai.chat.completions.create({ model, messages }).
export async function answer(messages: readonly unknown[]): Promise<string> {
  return `I was shown ${messages.length} messages.`;
}
