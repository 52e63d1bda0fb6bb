// Which operation can be undone, and which undo can be taken back, out of the journal's list: so it is the same in every
// tab, and after a reload.
import { isQuiet } from "./words.js";

/** The newest operation that still holds, and the newest undo where nothing came after it. Newest first come `operations`. */
export function undoable(operations) {
  const undone = new Set();
  for (const { id, undoes } of operations)
    if (undoes !== undefined && !undone.has(id)) undone.add(undoes);
  const holds = operations.filter((operation) => !isQuiet(operation) && !undone.has(operation.id));
  const done = (operation) => !isUndo(operation) || isRedo(operation, operations);
  const undo = holds.find(done);
  // Undos are taken back one after the other, until something new is done.
  const newest = holds.find((operation) => !isRedo(operation, operations));
  const redo = newest !== undefined && isUndo(newest) ? newest : undefined;
  // What is taken back is named by what it did.
  const named = (operation) =>
    operation && { id: operation.id, kind: original(operation, operations).kind };
  return { undo: named(undo), redo: named(redo) };
}

const isUndo = ({ undoes }) => undoes !== undefined;

/** An undo of an undo does something again. */
function isRedo(operation, operations) {
  const undone = operations.find(({ id }) => id === operation.undoes);
  return undone !== undefined && isUndo(undone) && !isRedo(undone, operations);
}

function original(operation, operations) {
  const undone = operations.find(({ id }) => id === operation.undoes);
  return undone === undefined ? operation : original(undone, operations);
}
