// What converters say where a format cannot hold all of a message. The same for every format.

/** What could not be said in a format, or had to be said differently. */
export interface FormatWarning {
  /**
   * `dropped-part`, `dropped-field`, `dropped-message`: a part, a field of a message or part, a
   * message without anything to say is left out. `changed-order`: parts or messages stand in another
   * order. `changed-value`: a value has another form. `changed-id`: a call goes by another id or name,
   * and its result with it. `rendered-as-text`: a part is sent as text. `dropped-id`: an item goes
   * without the id that the provider knows it by. `added-result`: a call that was never answered gets
   * an error as its result. `added-message`: a message that the provider demands stands in front.
   * `missing-signature`: a call goes without the signature that the model demands. `missing-file`: the
   * bytes of a file are not there, a mark in words is sent. `unsupported-file`: as `missing-file`, since
   * the model takes none of its kind.
   */
  kind:
    | "dropped-part"
    | "dropped-field"
    | "dropped-message"
    | "changed-order"
    | "changed-value"
    | "changed-id"
    | "rendered-as-text"
    | "dropped-id"
    | "added-result"
    | "added-message"
    | "missing-signature"
    | "missing-file"
    | "unsupported-file";
  /** Counts varve's messages from 0. */
  index: number;
  message: string;
}

/** Notes a warning about the message at hand. */
export type Warn = (kind: FormatWarning["kind"], message: string) => void;
