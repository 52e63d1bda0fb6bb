// The order in which the functions of a module compress best: like beside like. What deflate finds again must not
// lie far back, so each place goes to the function of which most stands among those just before it. The same
// module gives the same order.
import { deflateRawSync } from "node:zlib";
import { functionBodies, renamed } from "./wasm.mjs";

/** How many bytes make a piece: fewer are alike by chance, more seldom recur. */
const PIECES = [6, 7];
/** How many bytes back likeness counts: what deflate can see. */
const REACH = 32 * 1024;
/** In how many functions a piece may be and still count in full: what is everywhere is near wherever a function goes. */
const COMMON = [6, 8, 12, 20];

/**
 * The module with its functions named by their places (`0000`, `0001` …) in this many orders, the best one first as far as
 * can be told before they are put there: which other functions they call is then written in other bytes.
 */
export function namedByLikeness(bytes, orders) {
  const bodies = functionBodies(bytes);
  const digits = String(bodies.length).length;
  const tried = PIECES.flatMap((length) => {
    const pieces = sharedPieces(bodies, length);
    return COMMON.map((common) => order(bodies, pieces, common));
  });
  const size = (placed) =>
    deflateRawSync(Buffer.concat(placed.map((body) => bodies[body])), { level: 9 }).length;
  const best = tried
    .map((placed) => ({ placed, size: size(placed) }))
    .sort((one, other) => one.size - other.size)
    .slice(0, orders);
  return best.map(({ placed }) => {
    const names = [];
    placed.forEach((body, place) => {
      names[body] = String(place).padStart(digits, "0");
    });
    return renamed(bytes, names);
  });
}

/** The functions by number, each after those it is like. */
function order(bodies, pieces, common) {
  const homes = []; // the functions that have a piece
  pieces.forEach((own, body) => {
    for (const piece of own) {
      homes[piece] ??= [];
      homes[piece].push(body);
    }
  });
  const weight = homes.map(({ length }) => Math.min(1, common / length));
  const near = new Uint32Array(homes.length); // how often a piece stands among the last ones
  const alike = new Float64Array(bodies.length); // how many pieces of a function do, by their weight
  const count = (body, by) => {
    for (const piece of pieces[body]) {
      const before = near[piece];
      near[piece] += by;
      if (before > 0 && near[piece] > 0) continue;
      for (const home of homes[piece]) alike[home] += by * weight[piece];
    }
  };
  const last = [];
  let reach = 0;
  const left = new Set(bodies.keys());
  const placed = [];
  while (left.size > 0) {
    let next = -1;
    let most = -1;
    for (const body of left) {
      // Neither the longest first nor, by the share alone, the shortest.
      const likeness = alike[body] / bodies[body].length ** 0.6;
      if (likeness > most) [next, most] = [body, likeness];
    }
    left.delete(next);
    placed.push(next);
    count(next, 1);
    last.push(next);
    reach += bodies[next].length;
    while (reach > REACH && last.length > 1) {
      const gone = last.shift();
      count(gone, -1);
      reach -= bodies[gone].length;
    }
  }
  return placed;
}

/** For each function the numbers of its pieces of this length that other functions have too. */
function sharedPieces(bodies, length) {
  const homes = new Map();
  const all = bodies.map((body) => {
    const text = body.toString("latin1");
    const own = new Set();
    for (let at = 0; at + length <= text.length; at++) own.add(text.slice(at, at + length));
    for (const piece of own) homes.set(piece, (homes.get(piece) ?? 0) + 1);
    return own;
  });
  const numbers = new Map();
  for (const [piece, count] of homes) if (count > 1) numbers.set(piece, numbers.size);
  return all.map((own) =>
    [...own].map((piece) => numbers.get(piece)).filter((n) => n !== undefined),
  );
}
