//! o200k_base natively: varve, bpe-openai, tiktoken-rs. Counting, and varve's encoding.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use varve::tokens::{AllowedSpecial, Encoding, EncodingName};
use varve_benches::{texts, vocabulary};

fn count(criterion: &mut Criterion) {
    let ours = Encoding::load(EncodingName::O200kBase, &vocabulary("o200k_base")).expect("a vocabulary");
    let tiktoken = tiktoken_rs::o200k_base_singleton();
    let bpe = bpe_openai::o200k_base();
    for (name, texts) in texts() {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
        group.sample_size(10);
        let mut measure = |counter: &str, count: &dyn Fn(&str) -> usize| {
            group.bench_function(counter, |bencher| {
                bencher.iter(|| texts.iter().map(|text| count(black_box(text))).sum::<usize>());
            });
        };
        measure("varve", &|text| ours.count(text) as usize);
        measure("varve, encode", &|text| ours.encode(text, AllowedSpecial::None).len());
        measure("bpe-openai", &|text| bpe.count(text));
        measure("tiktoken-rs", &|text| tiktoken.encode_ordinary(text).len());
        group.finish();
    }
}

fn load(criterion: &mut Criterion) {
    let asset = vocabulary("o200k_base");
    criterion.bench_function("load o200k_base", |bencher| {
        bencher.iter(|| Encoding::load(EncodingName::O200kBase, black_box(&asset)));
    });
}

criterion_group!(tokens, count, load);
criterion_main!(tokens);
