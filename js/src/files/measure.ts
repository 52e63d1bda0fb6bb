// What a file's first bytes say: the size of an image, the length of audio, the pages of a PDF. Bytes may be cut
// off, or lie: nothing is read beyond the end, and no more steps are taken than there are bytes.

/** What is known of a file. Absent: it does not say. */
export interface Measured {
  kind?: "image" | "audio" | "pdf";
  /** In pixels. */
  width?: number;
  height?: number;
  seconds?: number;
  pages?: number;
}

/** Bytes a second of an MP3 at 128 kbit/s. */
const MP3_RATE = 16_000;
/** Segments of a JPEG in front of its frame: a few dozen at most, where no one means harm. */
const SEGMENTS = 1000;

/** Measures PNG, JPEG, GIF, WebP, WAV, MP3 (as if it had 128 kbit/s) and PDF. */
export function measure(bytes: Uint8Array): Measured {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const four = (at: number) => (at + 4 <= bytes.length ? view.getUint32(at) : 0);
  const image = (width: number, height: number): Measured => ({ kind: "image", width, height });
  try {
    switch (four(0)) {
      case 0x89504e47: // PNG
        return image(four(16), four(20));
      case 0x47494638: // GIF8
        return image(view.getUint16(6, true), view.getUint16(8, true));
      case 0x25504446: // %PDF
        return { kind: "pdf", pages: countPages(bytes) };
      case 0x52494646: // RIFF
        if (four(8) === 0x57415645) {
          const seconds = (bytes.length - 44) / view.getUint32(28, true);
          return { kind: "audio", seconds };
        }
        return four(8) === 0x57454250 ? image(...readWebP(view)) : {};
    }
    if (view.getUint16(0) === 0xffd8) return image(...readJpeg(view));
    const mp3 = four(0) >>> 8 === 0x494433 || (view.getUint16(0) & 0xffe6) === 0xffe2;
    return mp3 ? { kind: "audio", seconds: bytes.length / MP3_RATE } : {};
  } catch {
    return {}; // cut off
  }
}

function readWebP(view: DataView): [number, number] {
  const low = (at: number) => view.getUint16(at, true) & 0x3fff;
  switch (view.getUint32(12)) {
    case 0x56503820: // VP8
      return [low(26), low(28)];
    case 0x5650384c: {
      const bits = view.getUint32(21, true); // VP8L
      return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
    }
    default: // VP8X
      return [1 + (view.getUint32(24, true) & 0xffffff), 1 + (view.getUint32(26, true) >>> 8)];
  }
}

/** Goes from segment to segment up to the frame. */
function readJpeg(view: DataView): [number, number] {
  let at = 2;
  for (let count = 0; count < SEGMENTS; count++) {
    const marker = view.getUint8(at + 1);
    if (marker >> 4 === 0xc && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  throw new RangeError("no frame");
}

/** Those that are not inside of compressed objects; one at least. */
function countPages(bytes: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(bytes);
  return text.match(/\/Type\s*\/Page\b/g)?.length || 1;
}
