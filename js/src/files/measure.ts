// What a file's first bytes say: the size of an image. Bytes may be cut off, or lie: nothing is read beyond the end,
// and no more steps are taken than there are bytes.

/** What is known of a file. Absent: it does not say. */
export interface Measured {
  kind?: "image" | "audio" | "pdf";
  /** In pixels. */
  width?: number;
  height?: number;
  seconds?: number;
  pages?: number;
}

/** Segments of a JPEG in front of its frame: a few dozen at most, where no one means harm. */
const SEGMENTS = 1000;

/** Measures PNG, JPEG, GIF and WebP. Whoever knows more kinds does so in `others`: it gets the first four bytes. */
export function measure(
  bytes: Uint8Array,
  others: (view: DataView, four: number) => Measured = () => ({}),
): Measured {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const image = (width: number, height: number): Measured => ({ kind: "image", width, height });
  try {
    const four = view.getUint32(0);
    switch (four) {
      case 0x89504e47: // PNG
        return image(view.getUint32(16), view.getUint32(20));
      case 0x47494638: // GIF8
        return image(view.getUint16(6, true), view.getUint16(8, true));
      case 0x52494646: // RIFF
        if (view.getUint32(8) === 0x57454250) return image(...readWebP(view));
    }
    return four >>> 16 === 0xffd8 ? image(...readJpeg(view)) : others(view, four);
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
