//! Token counting for JavaScript: texts come through a buffer that stays, encodings go by number.
//!
//! JavaScript writes a text as UTF-8 into the buffer (`TextEncoder.encodeInto`) and says how long it
//! is. An encoding's number is its place in [`EncodingName::ALL`]. `js/src/tokens/engine.ts` is the
//! other side.

use std::cell::RefCell;

use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::tokens::{AllowedSpecial, EncodingName, load_encoding, loaded_encoding};

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes the buffer at least `len` bytes long and gives its address, valid until the next call.
#[wasm_bindgen(js_name = textBuffer)]
pub fn text_buffer(len: usize) -> *mut u8 {
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.len() < len {
            buffer.clear(); // what it held need not be copied
            buffer.resize(len, 0);
        }
        buffer.as_mut_ptr()
    })
}

/// Gives the buffer's memory back.
#[wasm_bindgen(js_name = freeTextBuffer)]
pub fn free_text_buffer() {
    BUFFER.take();
}

/// Loads an encoding from the vocabulary in the buffer, so far that few texts can be counted. The buffer becomes what the
/// encoding reads from, rather than a copy of it.
#[wasm_bindgen(js_name = loadEncoding)]
pub fn load(encoding: u8, len: usize) -> Result<(), JsError> {
    let mut asset = BUFFER.take();
    asset.truncate(len);
    load_encoding(name(encoding), asset)?;
    Ok(())
}

/// Makes the rest of what counts, and lets the engine compile it and optimise it while other things go on. Otherwise
/// a text would wait for that.
#[wasm_bindgen(js_name = warmUp)]
pub fn warm_up(encoding: u8) -> Result<(), JsError> {
    let Ok(encoding) = loaded_encoding(name(encoding)) else { return Ok(()) };
    if encoding.complete()? {
        let ids: Vec<u32> = (256..2_500).collect();
        if let Ok(text) = encoding.decode(&ids) {
            encoding.count_bytes(&text);
        }
    }
    Ok(())
}

/// Tokens of the text in the buffer; -1 if the encoding is not loaded.
#[wasm_bindgen(js_name = countTokens)]
pub fn count(encoding: u8, len: usize) -> i32 {
    count_within(encoding, len, u32::MAX)
}

/// Tokens of the text in the buffer; -1 if the encoding is not loaded, -2 if there are more than
/// `limit`.
#[wasm_bindgen(js_name = countWithin)]
pub fn count_within(encoding: u8, len: usize, limit: u32) -> i32 {
    match loaded_encoding(name(encoding)) {
        Err(_) => -1,
        Ok(encoding) => match with_bytes(len, |text| encoding.count_bytes_within(text, limit)) {
            Some(count) => i32::try_from(count).unwrap_or(i32::MAX),
            None => -2,
        },
    }
}

/// The tokens of the text in the buffer. `allowed` are the special tokens that stand for themselves,
/// a space between each two; `*` for all.
#[wasm_bindgen(js_name = encodeTokens)]
pub fn encode(encoding: u8, len: usize, allowed: &str) -> Result<Vec<u32>, JsError> {
    let encoding = loaded_encoding(name(encoding))?;
    if allowed.is_empty() {
        return Ok(with_bytes(len, |text| encoding.encode_bytes(text)));
    }
    let listed: Vec<&str> = allowed.split(' ').collect();
    let allowed = if allowed == "*" { AllowedSpecial::All } else { AllowedSpecial::Only(&listed) };
    if let AllowedSpecial::Only(texts) = allowed {
        encoding.check_special(texts)?;
    }
    with_bytes(len, |text| match str::from_utf8(text) {
        Ok(text) => Ok(encoding.encode(text, allowed)),
        Err(_) => Ok(encoding.encode_bytes(text)), // encodeInto writes nothing but UTF-8
    })
}

/// The bytes of tokens.
#[wasm_bindgen(js_name = decodeTokens)]
pub fn decode(encoding: u8, tokens: &[u32]) -> Result<Vec<u8>, JsError> {
    Ok(loaded_encoding(name(encoding))?.decode(tokens)?)
}

fn with_bytes<T>(len: usize, read: impl FnOnce(&[u8]) -> T) -> T {
    BUFFER.with_borrow(|buffer| read(buffer.get(..len).unwrap_or(buffer)))
}

/// The encoding of this number; the default one for a number that none has.
fn name(encoding: u8) -> EncodingName {
    EncodingName::ALL.get(usize::from(encoding)).copied().unwrap_or(EncodingName::O200kBase)
}
