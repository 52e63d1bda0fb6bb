//! Models have the encodings that tiktoken-rs gives them.

use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};
use varve::tokens::EncodingName::{self, Cl100kBase, O200kBase, O200kHarmony, P50kBase, P50kEdit, R50kBase};
use varve::tokens::{UnknownModel, encoding_for_model};

fn theirs(model: &str) -> Option<EncodingName> {
    Some(match get_tokenizer(model)? {
        Tokenizer::O200kHarmony => O200kHarmony,
        Tokenizer::O200kBase => O200kBase,
        Tokenizer::Cl100kBase => Cl100kBase,
        Tokenizer::P50kBase => P50kBase,
        Tokenizer::P50kEdit => P50kEdit,
        Tokenizer::R50kBase | Tokenizer::Gpt2 => R50kBase,
    })
}

#[test]
fn every_model_and_family_is_known_as_tiktoken_knows_it() {
    let models = "o1 o1-mini o3 o3-mini o4 o4-mini o4-mini-x gpt-5 gpt-5-mini gpt-5.4 gpt-5x gpt-4.5 gpt-4.5-preview \
        gpt-4.1 gpt-4.1-nano chatgpt-4o-latest gpt-4o gpt-4o-mini gpt-4o-2024-05-13 gpt-4 gpt-4-0314 gpt-4-32k \
        gpt-4x gpt-3.5 gpt-3.5-turbo gpt-3.5-turbo-0301 gpt-35-turbo gpt-35-turbo-16k gpt-oss-20b gpt-oss-120b \
        codex-mini codex-mini-latest davinci-002 babbage-002 text-embedding-ada-002 text-embedding-3-small \
        text-embedding-3-large text-davinci-003 text-davinci-002 text-davinci-001 text-curie-001 \
        text-babbage-001 text-ada-001 davinci curie babbage ada code-davinci-002 code-davinci-001 \
        code-cushman-002 code-cushman-001 davinci-codex cushman-codex text-davinci-edit-001 \
        code-davinci-edit-001 text-similarity-davinci-001 text-similarity-curie-001 \
        text-similarity-babbage-001 text-similarity-ada-001 text-search-davinci-doc-001 \
        text-search-curie-doc-001 text-search-babbage-doc-001 text-search-ada-doc-001 \
        code-search-babbage-code-001 code-search-ada-code-001 gpt2 gpt-2 gpt-1 claude-opus-4 ft:gpt-4o \
        ft:gpt-4o:org::id ft:gpt-3.5-turbo:org ft:ft:o1 ft: llama-3 GPT-4o";
    for model in models.split_whitespace().chain([""]) {
        assert_eq!(encoding_for_model(model).ok(), theirs(model), "{model:?}");
    }
}

#[test]
fn an_unknown_model_is_an_error_that_lists_what_is_known() {
    let error = encoding_for_model("claude-opus-4").expect_err("not OpenAI's");
    assert_eq!(error, UnknownModel("claude-opus-4".to_owned()));
    let message = error.to_string();
    for part in ["\"claude-opus-4\"", "gpt-4o", "gpt-oss-*", "text-davinci-003", "o3"] {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
}

#[test]
fn an_unknown_encoding_is_an_error_that_lists_what_is_known() {
    let message = "o300k".parse::<EncodingName>().expect_err("unknown").to_string();
    assert!(message.contains("\"o300k\"") && message.contains("o200k_base"), "{message}");
    for name in EncodingName::ALL {
        assert_eq!(name.as_str().parse(), Ok(name));
    }
}
