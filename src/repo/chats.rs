//! What chats do: answers made anew, messages sent anew, alternatives selected.

use crate::json::Value;

use super::writer::branch_moves;
use super::{CommitOptions, Done, Handle};
use crate::error::Result;
use crate::hash::CommitHash;
use crate::model::content::Role;
use crate::model::id::EntryId;
use crate::ops::{Append, Before, Elsewhere, Input, Receipt};
use crate::state::rows::Action;
use crate::store::Pending;

/// Where a branch stands after it went back, or to an alternative.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alternative {
    /// The anonymous branch that keeps what was there; none where another branch has it.
    pub branch: Option<String>,
    /// The last message of the user: what an answer is to.
    pub reply_to: Option<EntryId>,
    /// The commit that the branch stands on.
    pub head: Option<CommitHash>,
    /// The entry that was added, if one was.
    pub receipt: Option<Receipt>,
}

impl Handle {
    /// Puts the branch back to before an answer. `id` is any entry of it, or the message that it answers.
    ///
    /// # Errors
    /// `EditTarget`, `Conflict`, those of the store.
    pub fn regenerate<'a>(&'a self, id: String, options: &'a CommitOptions) -> Pending<'a, Result<Alternative>> {
        Box::pin(self.move_to(Input::Return { target: id, to: Before::Answer, append: None }, None, options))
    }

    /// Puts the branch back to before a message of the user, and goes on with another.
    ///
    /// # Errors
    /// As [`Handle::commit`], and `EditTarget`.
    pub fn resend<'a>(
        &'a self,
        id: String,
        payload: Value,
        options: &'a CommitOptions,
    ) -> Pending<'a, Result<Alternative>> {
        let input = Input::Return { target: id, to: Before::Entry, append: None };
        Box::pin(self.move_to(input, Some(payload), options))
    }

    /// Puts the branch on the alternative that holds an entry.
    ///
    /// # Errors
    /// `EditTarget`, `Conflict`, those of the store.
    pub fn select_sibling<'a>(&'a self, id: String, options: &'a CommitOptions) -> Pending<'a, Result<Alternative>> {
        Box::pin(self.move_to(Input::SelectSibling { target: id }, None, options))
    }

    async fn move_to(&self, mut input: Input, payload: Option<Value>, options: &CommitOptions) -> Result<Alternative> {
        options.check()?;
        let own = self.writable()?;
        if let (Some(payload), Input::Return { append, .. }) = (payload, &mut input) {
            let payload = self.repo.prepare_payload(payload, &options.files).await?;
            *append = Some(Append {
                id: self.entry_id(options),
                payload,
                attributes: options.attributes(),
                elsewhere: Elsewhere::Same,
            });
        }
        let Done { operation, receipts, wrote, mut moved, .. } = self.submit(own.clone(), input, options).await?;
        if let Some(name) = operation.filter(|_| !wrote) {
            moved = branch_moves(&self.repo.find_operation(&name).await?.records); // repeated
        }
        let branch = moved.iter().find(|change| change.old.is_none() && change.name != own);
        let receipt = receipts.into_iter().last();
        let head = match (&receipt, moved.iter().find(|change| change.name == own)) {
            (Some(receipt), _) => Some(receipt.hash),
            (None, Some(change)) => change.new,
            (None, None) => self.head(),
        };
        let reply_to = self.repo.read(|state| {
            let lineage = state.lineage(head.and_then(|hash| state.find_commit(&hash)));
            let asked = lineage.slots().iter().rev().find(|slot| {
                let appended = matches!(state.commits(slot.commit).action, Action::Append(..));
                appended && state.role_of(state.contents(slot.content)) == Role::User
            });
            asked.map(|slot| state.entries(slot.entry).id.clone())
        });
        Ok(Alternative { branch: branch.map(|change| change.name.clone()), reply_to, head, receipt })
    }
}
