// What converters say where a format cannot hold all of a message. The same for every format.

/** What could not be said in a format. */
export interface FormatWarning {
  /**
   * `dropped-part`: a part is left out. `dropped-field`: a field of a message or part is.
   * `changed-order`: parts stand in another order. `rendered-as-text`: a part is sent as text.
   * `dropped-id`: an item goes without the id that the provider knows it by.
   */
  kind: "dropped-part" | "dropped-field" | "changed-order" | "rendered-as-text" | "dropped-id";
  /** Counts varve's messages from 0. */
  index: number;
  message: string;
}

/** Notes a warning about the message at hand. */
export type Warn = (kind: FormatWarning["kind"], message: string) => void;
