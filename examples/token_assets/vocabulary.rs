//! Vocabulary assets from tiktoken-rs; the format is described where it is read, in
//! `src/tokens/asset.rs`.

use std::collections::HashMap;

use tiktoken_rs::CoreBPE;
use varve::tokens::{EncodingName, write_asset};

/// The encodings that have an asset of their own.
pub const ASSETS: [EncodingName; 4] =
    [EncodingName::O200kBase, EncodingName::Cl100kBase, EncodingName::P50kBase, EncodingName::R50kBase];

/// The asset of `encoding`.
pub fn asset(encoding: EncodingName) -> String {
    let bpe = match encoding.vocabulary() {
        EncodingName::O200kBase => tiktoken_rs::o200k_base_singleton(),
        EncodingName::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
        EncodingName::P50kBase => tiktoken_rs::p50k_base_singleton(),
        _ => tiktoken_rs::r50k_base_singleton(),
    };
    from_tokens(&tokens(bpe))
}

/// The bytes of every token by rank. Special tokens, which come after the last rank or in a gap
/// before it, are `None`.
fn tokens(bpe: &CoreBPE) -> Vec<Option<Vec<u8>>> {
    let special: Vec<u32> = bpe.special_tokens().iter().map(|text| special_id(bpe, text)).collect();
    let mut tokens: Vec<_> =
        (0..=201_087).map(|rank| bpe.decode_bytes(&[rank]).ok().filter(|_| !special.contains(&rank))).collect();
    while tokens.pop_if(|last| last.is_none()).is_some() {}
    tokens
}

fn special_id(bpe: &CoreBPE, text: &str) -> u32 {
    bpe.encode_with_special_tokens(text)[0]
}

fn from_tokens(tokens: &[Option<Vec<u8>>]) -> String {
    let ranks: HashMap<&[u8], u32> =
        (0..).zip(tokens).filter_map(|(rank, token)| Some((token.as_deref()?, rank))).collect();
    let (singles, merged) = tokens.split_at(256);
    let singles = std::array::from_fn(|rank| match singles[rank].as_deref() {
        Some(&[byte]) => byte,
        other => panic!("token {rank} is {other:?}, not a single byte"),
    });
    let pairs: Vec<_> = merged.iter().map(|token| Some(halves(token.as_deref()?, &ranks))).collect();
    write_asset(&singles, &pairs)
}

/// The two tokens that are left when `token` is merged by all ranks below its own.
fn halves(token: &[u8], ranks: &HashMap<&[u8], u32>) -> (u32, u32) {
    // Where each part starts, and the end.
    let mut borders: Vec<usize> = (0..=token.len()).collect();
    while borders.len() > 3 {
        let (_, between) = borders
            .windows(3)
            .enumerate()
            .filter(|(_, pair)| pair[2] - pair[0] < token.len())
            .filter_map(|(at, pair)| Some((*ranks.get(&token[pair[0]..pair[2]])?, at + 1)))
            .min()
            .expect("every token can be merged from two");
        borders.remove(between);
    }
    let (left, right) = token.split_at(borders[1]);
    (ranks[left], ranks[right])
}
