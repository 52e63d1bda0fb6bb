//! Undo restores exactly; redo the other way.

use proptest::collection::vec;
use proptest::prelude::*;
use varve::json::Value;

use crate::cases;
use crate::game::Game;
use crate::steps::{Step, alternative, operation, step};

/// What a user sees in some views.
fn sight(game: &mut Game, who: u8) -> Vec<(Vec<Value>, u64, Vec<Value>)> {
    let read = |view| {
        let reading = game.read(who, view).unwrap();
        (reading.values().into_iter().cloned().collect(), reading.tokens(), reading.compiled.warnings.clone())
    };
    [0, 1, 3, 6].map(read).to_vec()
}

fn is_undoable(step: &Step) -> bool {
    !matches!(
        step,
        Step::Undo { .. }
            | Step::Redo { .. }
            | Step::Compact { .. }
            | Step::Compress { back: true, .. }
            | Step::Merge { .. }
            | Step::Switch { .. }
            | Step::Erase { .. }
            | Step::Gc { .. }
    )
}

proptest! {
    #![proptest_config(cases(200, "tests/property/regressions/undo.txt"))]

    #[test]
    fn undo_restores_exactly_and_redo_the_other_way(
        before in vec(step(), 0..25),
        last in vec(prop_oneof![2 => operation(), 1 => alternative()].prop_filter("undoable", is_undoable), 1..4),
    ) {
        let mut game = Game::default();
        before.iter().for_each(|step| game.play(step));
        let who = 0u8;
        game.users[0].catch_up();
        let mut sights = vec![sight(&mut game, who)];
        for step in &last {
            let length = game.world.journal_length();
            game.play(&step.clone().by(who));
            if game.world.journal_length() > length {
                sights.push(sight(&mut game, who));
            }
        }
        for round in 0..2 {
            for number in (1..sights.len()).rev() {
                game.users[0].undo().unwrap();
                prop_assert!(sight(&mut game, who) == sights[number - 1], "undo {} in round {}", number, round);
            }
            for (number, after) in sights.iter().enumerate().skip(1) {
                game.users[0].redo().unwrap();
                prop_assert!(sight(&mut game, who) == *after, "redo {} in round {}", number, round);
            }
        }
        game.compare_states();
    }
}
