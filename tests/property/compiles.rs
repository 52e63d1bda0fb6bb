//! Compiles are the same whether they were kept up to date or made from scratch.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;
use crate::game::Game;
use crate::steps::{step, views};

proptest! {
    #![proptest_config(cases(150, "tests/property/regressions/compiles.txt"))]

    #[test]
    fn a_compile_that_was_kept_up_to_date_is_the_one_made_from_scratch(
        steps in vec(step(), 1..50),
        compared in vec((any::<u8>(), 0..views().len()), 0..6),
    ) {
        let mut game = Game::default();
        let every = steps.len().div_ceil(compared.len() + 1);
        let mut compared = compared.into_iter();
        for (number, step) in steps.iter().enumerate() {
            game.play(step);
            if number % every == every - 1 && let Some((who, view)) = compared.next() {
                game.compare(who, view);
            }
        }
        for view in 0..views().len() {
            game.compare(view as u8, view);
        }
        game.compare_states();
        game.verify();
    }
}
