// What more kinds of files say than images: the length of audio, the pages of a PDF.
import { type Measured, measure } from "../files/measure.js";

/** Bytes a second of an MP3 at 128 kbit/s. */
const MP3_RATE = 16_000;

/** Measures PNG, JPEG, GIF, WebP, WAV, MP3 (as if it had 128 kbit/s) and PDF. */
export function measureFile(bytes: Uint8Array): Measured {
  return measure(bytes, (view, four) => {
    if (four === 0x25504446) return { kind: "pdf", pages: countPages(bytes) };
    if (four === 0x52494646 && view.getUint32(8) === 0x57415645) {
      return { kind: "audio", seconds: (bytes.length - 44) / view.getUint32(28, true) };
    }
    const mp3 = four >>> 8 === 0x494433 || ((four >>> 16) & 0xffe6) === 0xffe2;
    return mp3 ? { kind: "audio", seconds: bytes.length / MP3_RATE } : {};
  });
}

/** Those that are not inside of compressed objects; one at least. */
function countPages(bytes: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(bytes);
  return text.match(/\/Type\s*\/Page\b/g)?.length || 1;
}
