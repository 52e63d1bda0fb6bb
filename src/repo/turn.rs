//! Whose turn it is to write: one at a time. Whoever gives it back calls all who wait, in the order in which they came:
//! most of them were served along with the turn that is over, and go on at once. Whoever stops waiting, or is dropped with
//! the turn in hand, leaves it to the others.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::mem::take;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A turn that one at a time may have.
#[derive(Default)]
pub(super) struct Turn {
    taken: Cell<bool>,
    waiting: RefCell<Vec<Place>>,
}

/// Who waits. It is called once, and has to come back for another call.
type Place = Rc<RefCell<Waker>>;

impl Turn {
    /// Waits for the turn, or until there is no need of it any more, which is asked whenever it is polled. The turn is over
    /// when what this gives is dropped.
    pub fn take_unless<F: Fn() -> bool>(&self, is_served: F) -> Waiting<'_, F> {
        Waiting { turn: self, is_served, place: None }
    }
}

/// Somebody who waits for the turn.
pub(super) struct Waiting<'a, F> {
    turn: &'a Turn,
    is_served: F,
    place: Option<Place>,
}

impl<'a, F: Fn() -> bool + Unpin> Future for Waiting<'a, F> {
    type Output = Option<Taken<'a>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Taken<'a>>> {
        if (self.is_served)() {
            return Poll::Ready(None);
        }
        if !self.turn.taken.replace(true) {
            return Poll::Ready(Some(Taken(self.turn)));
        }
        match self.place.as_ref().filter(|place| is_there(place)) {
            Some(place) => place.borrow_mut().clone_from(context.waker()),
            None => {
                let place = Rc::new(RefCell::new(context.waker().clone()));
                self.turn.waiting.borrow_mut().push(place.clone());
                self.place = Some(place);
            }
        }
        Poll::Pending
    }
}

impl<F> Drop for Waiting<'_, F> {
    fn drop(&mut self) {
        if let Some(place) = self.place.take().filter(is_there) {
            self.turn.waiting.borrow_mut().retain(|other| !Rc::ptr_eq(other, &place));
        }
    }
}

/// Whether it waits to be called: the list has it as well.
fn is_there(place: &Place) -> bool {
    Rc::strong_count(place) > 1
}

/// The turn, in hand.
pub(super) struct Taken<'a>(&'a Turn);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.taken.set(false);
        // Nothing is borrowed while they are called: they may do anything.
        for place in self.0.waiting.take() {
            let waker = place.borrow().clone();
            waker.wake();
        }
    }
}

/// Goes on after all that are ready now.
pub(super) fn after_others() -> impl Future<Output = ()> {
    let mut is_first = true;
    poll_fn(move |context| {
        if !take(&mut is_first) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    /// Counts how often it was called.
    #[derive(Default)]
    struct Calls(AtomicU32);

    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    type Need = Box<dyn Fn() -> bool>;

    /// Somebody who waits, with the calls that came.
    struct Caller<'a> {
        waiting: Pin<Box<Waiting<'a, Need>>>,
        is_served: Rc<Cell<bool>>,
        calls: Arc<Calls>,
    }

    impl<'a> Caller<'a> {
        fn of(turn: &'a Turn) -> Self {
            let is_served = Rc::new(Cell::new(false));
            let asked = is_served.clone();
            let need: Need = Box::new(move || asked.get());
            Self { waiting: Box::pin(turn.take_unless(need)), is_served, calls: Arc::default() }
        }

        fn ask(&mut self) -> Poll<Option<Taken<'a>>> {
            let waker = Waker::from(self.calls.clone());
            self.waiting.as_mut().poll(&mut Context::from_waker(&waker))
        }

        fn poll(&mut self) -> Option<Taken<'a>> {
            match self.ask() {
                Poll::Ready(taken) => taken,
                Poll::Pending => None,
            }
        }

        fn calls(&self) -> u32 {
            self.calls.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn one_at_a_time_and_all_are_called_when_it_is_over() {
        let turn = Turn::default();
        let mut callers: Vec<_> = (0..3).map(|_| Caller::of(&turn)).collect();
        let mut taken = callers[0].poll();
        assert!(taken.is_some() && callers[1].poll().is_none() && callers[2].poll().is_none());
        drop(taken.take());
        assert_eq!([callers[1].calls(), callers[2].calls()], [1, 1]);
        taken = callers[1].poll();
        assert!(taken.is_some() && callers[2].poll().is_none(), "the first one has it");
        drop(taken);
        assert_eq!([callers[1].calls(), callers[2].calls()], [1, 2], "who had it is not called");
        assert!(callers[2].poll().is_some());
    }

    #[test]
    fn who_was_served_meanwhile_goes_on_without_the_turn() {
        let turn = Turn::default();
        let (mut first, mut second, mut third) = (Caller::of(&turn), Caller::of(&turn), Caller::of(&turn));
        let taken = first.poll();
        assert!(second.poll().is_none() && third.poll().is_none());
        second.is_served.set(true);
        drop(taken);
        assert_eq!([second.calls(), third.calls()], [1, 1]);
        let taken = third.poll();
        assert!(taken.is_some());
        assert!(matches!(second.ask(), Poll::Ready(None)), "also while another has it");
        drop((second, taken));
        assert!(Caller::of(&turn).poll().is_some(), "nobody is left");
    }

    #[test]
    fn who_is_called_and_dropped_leaves_the_turn_to_the_next() {
        let turn = Turn::default();
        let (mut first, mut second, mut third) = (Caller::of(&turn), Caller::of(&turn), Caller::of(&turn));
        let taken = first.poll();
        assert!(second.poll().is_none() && third.poll().is_none());
        drop(taken);
        drop(second);
        assert_eq!(third.calls(), 1);
        assert!(third.poll().is_some());
    }

    #[test]
    fn who_stops_waiting_in_the_middle_is_not_called() {
        let turn = Turn::default();
        let (mut first, mut second, mut third) = (Caller::of(&turn), Caller::of(&turn), Caller::of(&turn));
        let taken = first.poll();
        assert!(second.poll().is_none() && third.poll().is_none());
        let calls = second.calls.clone();
        drop(second);
        drop(taken);
        assert_eq!((calls.0.load(Ordering::Relaxed), third.calls()), (0, 1));
    }

    #[test]
    fn the_waker_polled_last_is_called_once_however_often_it_was_polled() {
        let turn = Turn::default();
        let (mut first, mut second) = (Caller::of(&turn), Caller::of(&turn));
        let taken = first.poll();
        assert!(second.poll().is_none());
        let before = second.calls.clone();
        second.calls = Arc::default();
        assert!(second.poll().is_none() && second.poll().is_none());
        drop(taken);
        assert_eq!((before.0.load(Ordering::Relaxed), second.calls()), (0, 1));
        let overtaking = Caller::of(&turn).poll();
        assert!(overtaking.is_some() && second.poll().is_none());
        drop(overtaking);
        assert_eq!(second.calls(), 2);
        assert!(second.poll().is_some());
    }

    #[test]
    fn after_others_is_called_again_at_once() {
        let calls = Arc::<Calls>::default();
        let waker = Waker::from(calls.clone());
        let mut waiting = Box::pin(after_others());
        assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        assert_eq!(calls.0.load(Ordering::Relaxed), 1);
        assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
    }
}
