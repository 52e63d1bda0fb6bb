//! Making the tables that people query again, from the journal.

use super::Repository;
use super::load::PAGE;
use crate::error::Result;
use crate::state::State;
use crate::view::projection::{Before, projection};

impl Repository {
    /// Gives the store what its tables are to hold, from the first entry on. Others may write meanwhile.
    ///
    /// # Errors
    /// `Corrupt`, `VersionTooNew` and whatever the store says.
    pub async fn reproject(&self) -> Result<()> {
        let Some(repo) = self.key() else { return Ok(()) };
        let mut state = State::default();
        loop {
            let position = state.journal();
            let page = self.settings.store.read_journal(&repo, position.seq, PAGE).await?;
            let mut texts = Vec::with_capacity(page.len());
            for sealed in &page {
                let position = state.journal();
                let entry = sealed.open(position.seq + 1, position.hash)?;
                let before = Before::of(&state);
                state.apply_entry(&entry, sealed.hash)?;
                texts.push(projection(before, &state, &entry));
            }
            self.settings.store.reproject(&repo, &texts, position.seq == 0).await?;
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }
}
