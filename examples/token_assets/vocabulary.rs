//! Vocabulary assets from tiktoken-rs; the format is described where it is read, in
//! `src/tokens/vocabulary.rs`.

use std::collections::HashMap;

use tiktoken_rs::CoreBPE;
use varve::tokens::EncodingName;

/// The encodings that have an asset of their own.
pub const ASSETS: [EncodingName; 4] =
    [EncodingName::O200kBase, EncodingName::Cl100kBase, EncodingName::P50kBase, EncodingName::R50kBase];

/// The asset of `encoding`.
pub fn asset(encoding: EncodingName) -> Vec<u8> {
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

fn from_tokens(tokens: &[Option<Vec<u8>>]) -> Vec<u8> {
    let ranks: HashMap<&[u8], u32> =
        (0..).zip(tokens).filter_map(|(rank, token)| Some((token.as_deref()?, rank))).collect();
    let (singles, merged) = tokens.split_at(256);
    let pairs: Vec<(u32, u32)> = merged
        .iter()
        .map(|token| token.as_ref().map_or((0xff_ffff, 0xff_ffff), |token| halves(token, &ranks)))
        .collect();

    let mut asset = (tokens.len() as u32).to_le_bytes().to_vec();
    for single in singles {
        let [byte] = single.as_deref().expect("no gap") else { panic!("not a single byte") };
        asset.push(*byte);
    }
    for half in [|pair: &(u32, u32)| pair.0, |pair: &(u32, u32)| pair.1] {
        for byte in 0..3 {
            asset.extend(pairs.iter().map(|pair| half(pair).to_le_bytes()[byte]));
        }
    }
    asset
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
