// All cases, in the order in which somebody who writes an adapter would make them pass.
import type { Group } from "../case.js";
import { cancelling } from "./cancelling.js";
import { capabilities } from "./capabilities.js";
import { checkpoints } from "./checkpoints.js";
import { closing } from "./closing.js";
import { concurrency } from "./concurrency.js";
import { creating } from "./creating.js";
import { deleting } from "./deleting.js";
import { listing } from "./listing.js";
import { logs } from "./logs.js";
import { names } from "./names.js";
import { deletingObjects, listingObjects, objects, readingObjects } from "./objects.js";
import { projections } from "./projections.js";
import { reading } from "./reading.js";
import { reopening } from "./reopening.js";
import { writing } from "./writing.js";

/** Groups of cases. */
export const GROUPS: readonly Group[] = [
  capabilities,
  creating,
  writing,
  reading,
  objects,
  deletingObjects,
  readingObjects,
  listingObjects,
  deleting,
  names,
  listing,
  logs,
  checkpoints,
  projections,
  concurrency,
  closing,
  reopening,
  cancelling,
];
