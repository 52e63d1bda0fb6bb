//! Special tokens: what an encoding knows besides its vocabulary.
//!
//! In user text they are plain text unless the caller allows them.

use std::borrow::Cow;

use super::names::EncodingName;
use super::names::TokenId;

/// Which special tokens in a text stand for themselves.
#[derive(Clone, Copy, Debug, Default)]
pub enum AllowedSpecial<'a> {
    /// None: all text is plain.
    #[default]
    None,
    /// Every special token of the encoding.
    All,
    /// These, written out.
    Only(&'a [&'a str]),
}

impl AllowedSpecial<'_> {
    fn allows(self, text: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(texts) => texts.contains(&text),
        }
    }
}

const P50K: &[(&str, TokenId)] = &[("<|endoftext|>", 50256)];
const P50K_EDIT: &[(&str, TokenId)] =
    &[("<|endoftext|>", 50256), ("<|fim_prefix|>", 50281), ("<|fim_middle|>", 50282), ("<|fim_suffix|>", 50283)];
const CL100K: &[(&str, TokenId)] = &[
    ("<|endoftext|>", 100_257),
    ("<|fim_prefix|>", 100_258),
    ("<|fim_middle|>", 100_259),
    ("<|fim_suffix|>", 100_260),
    ("<|endofprompt|>", 100_276),
];
const O200K: &[(&str, TokenId)] = &[("<|endoftext|>", 199_999), ("<|endofprompt|>", 200_018)];
const HARMONY: &[(&str, TokenId)] = &[
    ("<|startoftext|>", 199_998),
    ("<|endoftext|>", 199_999),
    ("<|return|>", 200_002),
    ("<|constrain|>", 200_003),
    ("<|channel|>", 200_005),
    ("<|start|>", 200_006),
    ("<|end|>", 200_007),
    ("<|message|>", 200_008),
    ("<|call|>", 200_012),
];
/// Ids of o200k_harmony that are `<|reserved_…|>`, but for those named above.
const HARMONY_RESERVED: std::ops::RangeInclusive<TokenId> = 200_000..=201_087;

fn named(encoding: EncodingName) -> &'static [(&'static str, TokenId)] {
    match encoding {
        EncodingName::O200kBase => O200K,
        EncodingName::O200kHarmony => HARMONY,
        EncodingName::Cl100kBase => CL100K,
        EncodingName::P50kEdit => P50K_EDIT,
        EncodingName::P50kBase | EncodingName::R50kBase => P50K,
    }
}

/// The id of the special token `text`.
pub fn id_of(encoding: EncodingName, text: &str) -> Option<TokenId> {
    if let Some(&(_, id)) = named(encoding).iter().find(|(name, _)| *name == text) {
        return Some(id);
    }
    let id = text.strip_prefix("<|reserved_")?.strip_suffix("|>")?.parse().ok()?;
    (text_of(encoding, id)? == text).then_some(id)
}

/// The text of the special token `id`.
pub fn text_of(encoding: EncodingName, id: TokenId) -> Option<Cow<'static, str>> {
    if let Some(&(name, _)) = named(encoding).iter().find(|(_, known)| *known == id) {
        return Some(Cow::Borrowed(name));
    }
    let reserved = encoding == EncodingName::O200kHarmony && HARMONY_RESERVED.contains(&id);
    reserved.then(|| Cow::Owned(format!("<|reserved_{id}|>")))
}

/// The first allowed special token in `text` from `from` on: where it starts and ends, and its id.
pub fn find(
    encoding: EncodingName,
    text: &str,
    from: usize,
    allowed: AllowedSpecial<'_>,
) -> Option<(usize, usize, TokenId)> {
    if matches!(allowed, AllowedSpecial::None) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut start = from;
    loop {
        start += position(bytes.get(start..)?, b"<|")?;
        let len = position(bytes.get(start..)?, b"|>")? + 2;
        // Both ends are ASCII, so this is on character borders.
        let special = text.get(start..start + len)?;
        match id_of(encoding, special).filter(|_| allowed.allows(special)) {
            Some(id) => return Some((start, start + len, id)),
            None => start += 2,
        }
    }
}

fn position(bytes: &[u8], pair: &[u8; 2]) -> Option<usize> {
    bytes.windows(2).position(|two| two == pair)
}
