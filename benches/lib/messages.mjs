// Messages for measurements: a payload of 200 bytes as canonical JSON, each another one.
const filler = "The parcel left the warehouse this morning and should be with you on Thursday. ";

export function message(index) {
  const overhead = index % 2 ? 80 : 75;
  const text = `${index} ${filler.repeat(3)}`.slice(0, 200 - overhead);
  return {
    contentType: "message",
    role: index % 2 ? "assistant" : "user",
    parts: [{ type: "text", text }],
  };
}
