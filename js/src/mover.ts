// Branches and where they stand.

import { own } from "./plain.js";
import { Reader } from "./reader.js";
import type { OperationOptions } from "./types/commit.js";
import type { BuiltInPayload } from "./types/content.js";
import type { Undone } from "./types/repository.js";

/** Makes, moves and leaves branches. */
export abstract class Mover<P = BuiltInPayload> extends Reader<P> {
  /**
   * Makes a branch, at the head or at what `from` resolves to. This handle stays where it is.
   *
   * @throws `RefName`, `RefExists`, `CommitNotFound`.
   */
  async branch(name: string, options: OperationOptions & { from?: string } = {}): Promise<void> {
    const { from, ...rest } = own(options);
    await this.change("createBranch", { name, from }, rest);
  }

  /**
   * Moves this handle, and no other, to a branch.
   *
   * @throws `RefNotFound`.
   */
  async switchTo(name: string): Promise<void> {
    await this.change("switchTo", { name });
  }

  /**
   * Renames a branch.
   *
   * @throws `RefNotFound`, `RefName`, `RefExists`.
   */
  async renameBranch(from: string, to: string, options?: OperationOptions): Promise<void> {
    await this.change("renameBranch", { from, to }, options);
  }

  /**
   * Deletes a branch.
   *
   * @throws `RefNotFound`; `RefProtected` for the current and the default branch, and, without `force`,
   * where its commits are on no other branch.
   */
  async deleteBranch(
    name: string,
    options: OperationOptions & { force?: boolean } = {},
  ): Promise<void> {
    const { force, ...rest } = own(options);
    await this.change("deleteBranch", { name, force }, rest);
  }

  /**
   * Moves the branch to another commit. Nothing is lost: `ORIG_HEAD` is where it was.
   *
   * @throws `CommitNotFound`.
   */
  async reset(target: string, options?: OperationOptions): Promise<void> {
    await this.change("reset", { target }, options);
  }

  /**
   * Inverts an operation: this handle's last by default. An undo is an operation as well.
   *
   * @throws `Conflict` where later operations changed the same things; `NothingToUndo`; `NotUndoable`.
   */
  async undo(operation?: string, options?: OperationOptions): Promise<Undone> {
    this.link.shared.registered.clear();
    return (await this.change("undo", { operation }, options)) as Undone;
  }

  /**
   * Takes this handle's last undo back.
   *
   * @throws `NothingToUndo`; `Conflict`.
   */
  async redo(options?: OperationOptions): Promise<Undone> {
    this.link.shared.registered.clear();
    return (await this.change("redo", {}, options)) as Undone;
  }
}
