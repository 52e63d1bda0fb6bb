//! A reader's copies of the views of one repository, kept by patches as JavaScript keeps them, and the
//! rules that patches have to keep.

use std::collections::HashMap;
use std::rc::Rc;

use varve::json::Value;
use varve::repo::Patch;

#[derive(Default)]
pub struct Mirror {
    known: HashMap<u32, Rc<Value>>,
    views: HashMap<usize, Vec<(u32, Rc<Value>)>>,
}

impl Mirror {
    /// Brings a copy up to date. Every message has to be given before it is first named, and is not
    /// named again once it was declared forgotten; but for those that come and go within one patch.
    pub fn apply(&mut self, patch: &Patch) -> Vec<(u32, Rc<Value>)> {
        for (id, message) in patch.messages.iter() {
            let value: Value = message.parse().expect("a message is not JSON");
            let before = self.known.insert(id, Rc::new(value));
            assert!(before.is_none(), "message {id} was given twice");
        }
        let copy = self.views.entry(patch.view).or_default();
        let unknown = Rc::new(Value::Null);
        for splice in &patch.splices {
            let named = |id: &u32| (*id, self.known.get(id).unwrap_or(&unknown).clone());
            let inserted: Vec<_> = splice.inserted.iter().map(named).collect();
            let end = splice.start + splice.removed;
            assert!(end <= copy.len(), "{splice:?} reaches beyond the {} messages of the copy", copy.len());
            copy.splice(splice.start..end, inserted);
        }
        for (id, message) in copy.iter() {
            assert!(!message.is_null(), "message {id} is shown, but was not given or is forgotten");
        }
        for id in &patch.forgotten {
            assert!(self.known.remove(id).is_some(), "message {id} is forgotten, but was never given");
        }
        copy.clone()
    }
}
