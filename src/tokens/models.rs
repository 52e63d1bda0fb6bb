//! Which encoding a model uses: the models and families that tiktoken-rs knows.

use thiserror::Error;

use super::names::EncodingName::{self, Cl100kBase, O200kBase, O200kHarmony, P50kBase, P50kEdit, R50kBase};

/// Models by their full name.
pub const MODELS: &[(&str, EncodingName)] = &[
    ("o1", O200kBase),
    ("o3", O200kBase),
    ("o4-mini", O200kBase),
    ("gpt-5", O200kBase),
    ("gpt-4.1", O200kBase),
    ("gpt-4o", O200kBase),
    ("gpt-4", Cl100kBase),
    ("gpt-3.5-turbo", Cl100kBase),
    ("gpt-3.5", Cl100kBase),
    ("gpt-35-turbo", Cl100kBase),
    ("davinci-002", Cl100kBase),
    ("babbage-002", Cl100kBase),
    ("text-embedding-ada-002", Cl100kBase),
    ("text-embedding-3-small", Cl100kBase),
    ("text-embedding-3-large", Cl100kBase),
    ("text-davinci-003", P50kBase),
    ("text-davinci-002", P50kBase),
    ("text-davinci-001", R50kBase),
    ("text-curie-001", R50kBase),
    ("text-babbage-001", R50kBase),
    ("text-ada-001", R50kBase),
    ("davinci", R50kBase),
    ("curie", R50kBase),
    ("babbage", R50kBase),
    ("ada", R50kBase),
    ("code-davinci-002", P50kBase),
    ("code-davinci-001", P50kBase),
    ("code-cushman-002", P50kBase),
    ("code-cushman-001", P50kBase),
    ("davinci-codex", P50kBase),
    ("cushman-codex", P50kBase),
    ("text-davinci-edit-001", P50kEdit),
    ("code-davinci-edit-001", P50kEdit),
    ("text-similarity-davinci-001", R50kBase),
    ("text-similarity-curie-001", R50kBase),
    ("text-similarity-babbage-001", R50kBase),
    ("text-similarity-ada-001", R50kBase),
    ("text-search-davinci-doc-001", R50kBase),
    ("text-search-curie-doc-001", R50kBase),
    ("text-search-babbage-doc-001", R50kBase),
    ("text-search-ada-doc-001", R50kBase),
    ("code-search-babbage-code-001", R50kBase),
    ("code-search-ada-code-001", R50kBase),
    ("gpt2", R50kBase),
    ("gpt-2", R50kBase),
];

/// Families of models by the start of their names, the first that fits.
pub const FAMILIES: &[(&str, EncodingName)] = &[
    ("o1-", O200kBase),
    ("o3-", O200kBase),
    ("o4-mini-", O200kBase),
    ("gpt-5", O200kBase),
    ("gpt-4.5-", O200kBase),
    ("gpt-4.1-", O200kBase),
    ("chatgpt-4o-", O200kBase),
    ("gpt-4o-", O200kBase),
    ("gpt-4-", Cl100kBase),
    ("gpt-3.5-turbo-", Cl100kBase),
    ("gpt-35-turbo-", Cl100kBase),
    ("gpt-oss-", O200kHarmony),
    ("codex-mini", O200kBase),
];

/// The encoding of `model`; of a fine-tuned `ft:<model>:…`, that of `<model>`.
///
/// # Errors
/// [`UnknownModel`], which lists what is known.
pub fn encoding_for_model(model: &str) -> Result<EncodingName, UnknownModel> {
    let mut base = model;
    while let Some(tuned) = base.strip_prefix("ft:") {
        base = tuned.split_once(':').map_or(tuned, |(base, _)| base);
    }
    let exact = MODELS.iter().find(|(name, _)| *name == base);
    let family = || FAMILIES.iter().find(|(start, _)| base.starts_with(start));
    match exact.or_else(family) {
        Some(&(_, encoding)) => Ok(encoding),
        None => Err(UnknownModel(model.to_owned())),
    }
}

/// What is known, for error messages.
fn list() -> String {
    let families = FAMILIES.iter().map(|(start, _)| format!("{start}*"));
    let covered = |name: &str| FAMILIES.iter().any(|(start, _)| name.starts_with(start));
    let models = MODELS.iter().map(|&(name, _)| name).filter(|name| !covered(name));
    families.chain(models.map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

/// No model or family of models has this name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("unknown model \"{0}\"; known are {known}, and fine-tuned ft:<model>:…", known = list())]
pub struct UnknownModel(pub String);
