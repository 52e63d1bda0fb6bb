//! SHA-256 (FIPS 180-4) in WebAssembly. Natively the `sha2` crate has the processor's own instructions; here its code, which
//! is unrolled, takes engines longer to compile than most processes hash. Eight rounds at once need no moves between
//! registers, and more gain nothing.

use std::cell::Cell;

const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

#[rustfmt::skip]
const ROUNDS: [[u32; 8]; 8] = [
    [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
    [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
    [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
    [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
    [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
];

/// One of 64 rounds. Of the eight words two change; where each stands for the next round, the caller says.
macro_rules! round {
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $word:ident, $constant:ident) => {
        let sum = $h.wrapping_add($e.rotate_right(6) ^ $e.rotate_right(11) ^ $e.rotate_right(25));
        let sum = sum.wrapping_add($g ^ ($e & ($f ^ $g))).wrapping_add($word.wrapping_add(*$constant));
        $d = $d.wrapping_add(sum);
        let most = ($a & $b) ^ ($c & ($a ^ $b));
        $h = sum.wrapping_add($a.rotate_right(2) ^ $a.rotate_right(13) ^ $a.rotate_right(22)).wrapping_add(most);
    };
}

type Block = [u8; 64];

/// The SHA-256 of some bytes.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut state = START;
    let mut words = [0; 64]; // once, for all blocks: making room for them takes a while
    let (blocks, rest) = bytes.as_chunks();
    take(&mut state, &mut words, blocks);
    // Behind the message a bit, and its length in bits at the end of a block.
    let mut last: [Block; 2] = [[0; 64]; 2];
    if let Some((put, [end, ..])) = last.as_flattened_mut().split_at_mut_checked(rest.len()) {
        put.copy_from_slice(rest);
        *end = 0x80;
    }
    let last = last.get_mut(..1 + rest.len() / 56).unwrap_or_default();
    if let Some(length) = last.as_flattened_mut().last_chunk_mut() {
        *length = (bytes.len() as u64 * 8).to_be_bytes();
    }
    take(&mut state, &mut words, last);
    let mut hash = [0; 32];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

/// Takes in blocks.
fn take(state: &mut [u32; 8], words: &mut [u32; 64], blocks: &[Block]) {
    for block in blocks {
        for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let cells = Cell::from_mut(&mut words[..]).as_slice_of_cells();
        for [a, b, _, _, _, _, _, _, _, c, _, _, _, _, d, _, next] in cells.array_windows() {
            let (b, d) = (b.get(), d.get());
            let b = b.rotate_right(7) ^ b.rotate_right(18) ^ (b >> 3);
            let d = d.rotate_right(17) ^ d.rotate_right(19) ^ (d >> 10);
            next.set(a.get().wrapping_add(b).wrapping_add(c.get()).wrapping_add(d));
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
        for (words, constants) in words.as_chunks().0.iter().zip(&ROUNDS) {
            let [s, t, u, v, w, x, y, z] = words;
            let [k, l, m, n, o, p, q, r] = constants;
            round!(a b c d e f g h, s, k);
            round!(h a b c d e f g, t, l);
            round!(g h a b c d e f, u, m);
            round!(f g h a b c d e, v, n);
            round!(e f g h a b c d, w, o);
            round!(d e f g h a b c, x, p);
            round!(c d e f g h a b, y, q);
            round!(b c d e f g h a, z, r);
        }
        for (word, more) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *word = word.wrapping_add(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::digest;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_examples_of_the_standard_come_out() {
        let long = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
        let million = "a".repeat(1_000_000);
        for (message, expected) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (long, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
            (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            assert_eq!(hex(&digest(message.as_bytes())), expected, "of {} bytes", message.len());
        }
    }

    #[test]
    fn at_every_length_up_to_five_blocks_it_is_what_sha2_says() {
        let bytes: Vec<u8> = (0..320u32).map(|at| (at * 167 % 251) as u8).collect();
        for length in 0..=bytes.len() {
            assert_eq!(digest(&bytes[..length]), <[u8; 32]>::from(Sha256::digest(&bytes[..length])), "{length}");
        }
    }

    proptest! {
        #[test]
        fn of_any_bytes_it_is_what_sha2_says(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(digest(&bytes), <[u8; 32]>::from(Sha256::digest(&bytes)));
        }
    }
}
