//! The past reads as it did.

use proptest::collection::vec;
use proptest::prelude::*;
use varve::json;
use varve::json::Value;
use varve::repo::Environment;

use crate::cases;
use crate::game::Game;
use crate::steps::{Step, step};
use crate::support::*;

/// What is erased or freed is gone for all times, types hold for all times, a branch of another name is another branch, and priorities given to one
/// entry within one millisecond have times of their own.
fn is_plain(step: &Step) -> bool {
    !matches!(
        step,
        Step::Type { .. }
            | Step::RenameBranch { .. }
            | Step::DeleteBranch { .. }
            | Step::Batch { .. }
            | Step::Erase { .. }
            | Step::Gc { .. }
    )
}

proptest! {
    #![proptest_config(cases(100, "tests/property/regressions/past.txt"))]

    #[test]
    fn a_compile_as_of_a_time_is_the_one_of_that_time(steps in vec(step().prop_filter("plain", is_plain), 1..40)) {
        let mut game = Game::default();
        let mut known: Vec<(i64, Vec<Value>)> = Vec::new();
        for step in &steps {
            game.play(step);
            let reader = game.world.user();
            if reader.handle.head().is_some() {
                known.push((game.world.clock.now(), reader.plain().values().into_iter().cloned().collect()));
            }
        }
        let live = game.world.user();
        for (time, messages) in &known {
            let then = live.compile(json!({ "asOf": time }));
            let then: Vec<Value> = then.values().into_iter().cloned().collect();
            prop_assert_eq!(&then, messages, "{} ms after the beginning", time - START);
        }
    }
}
