//! From what a tool gave back to fields: of records, which have an id and are about that, of rows of a list, and of
//! the answer to a call.

use super::data::{Node, Shape, inside};
use super::draft::{Draft, values_of};
use super::sentences::sentences;
use super::text::{find, is_lower, is_upper, joined};

/// Names of members that say what an object is, the best first; then those that end so.
const NAMES: [&str; 10] = ["id", "_id", "uuid", "key", "slug", "path", "file", "url", "number", "name"];
const ENDINGS: [&str; 8] = ["_id", "Id", "ID", "_number", "Number", "_code", "_key", "_name"];

/// Longer texts are taken sentence by sentence.
const LONGEST_VALUE: usize = 160;
/// What an object inside of a record may have to be one field of it.
const MOST_LEAVES: usize = 12;
const LONGEST_FIELD: usize = 240;

impl Draft {
    /// What a tool gave back. `heading` says what was asked.
    pub(super) fn data(&mut self, nodes: &[Node<'_>], heading: &str) {
        match id(nodes, 0) {
            Some(id) => {
                let group = self.subject(&joined(&[id.name, " ", &id.value]), &id.value);
                self.fields(nodes, 0, group, id.name, false);
            }
            None => {
                let group = self.subject(heading, values_of(heading));
                if nodes.first().is_some_and(|node| node.shape == Shape::Object) {
                    self.fields(nodes, 0, group, "", true);
                } else {
                    self.field(nodes, 0, group, "", true);
                }
            }
        }
    }

    /// The members of an object but its id.
    fn fields(&mut self, nodes: &[Node<'_>], of: usize, group: u32, id: &str, has_rows: bool) {
        for (at, node) in inside(nodes, of).filter(|(_, node)| node.name != id) {
            self.field(nodes, at, group, node.name, has_rows);
        }
    }

    /// A member. `has_rows`: objects of a list are rows, with fields of their own.
    fn field(&mut self, nodes: &[Node<'_>], at: usize, group: u32, name: &str, has_rows: bool) {
        let Some(node) = nodes.get(at) else { return };
        let value = &*node.value;
        let is_object = |(_, node): (usize, &Node<'_>)| node.shape == Shape::Object;
        match node.shape {
            Shape::Text | Shape::Word if value.is_empty() => {}
            Shape::Text | Shape::Word if value.len() <= LONGEST_VALUE && value.bytes().all(|byte| byte != b'\n') => {
                let text = joined(&[name, " ", value]);
                self.unit(group, &text, &text, Some(name));
            }
            Shape::Text | Shape::Word => sentences(value, &mut |sentence| {
                self.unit(group, sentence, sentence, Some(name));
            }),
            Shape::Array if inside(nodes, at).any(is_object) => {
                let crowd = self.crowd;
                self.crowd += inside(nodes, at).count() as u32;
                for (element, _) in inside(nodes, at) {
                    match id(nodes, element).filter(|_| has_rows) {
                        Some(id) => {
                            let row = self.row(group, &id.value);
                            self.fields(nodes, element, row, id.name, false);
                        }
                        None => self.flat(nodes, element, group, name, ""),
                    }
                }
                self.crowd = crowd;
            }
            Shape::Object if inside(nodes, at).all(is_object) => {
                for (member, node) in inside(nodes, at) {
                    self.flat(nodes, member, group, name, node.name);
                }
            }
            Shape::Object if node.end - at > MOST_LEAVES => {
                for (member, node) in inside(nodes, at) {
                    self.field(nodes, member, group, &joined(&[name, ".", node.name]), false);
                }
            }
            _ => self.flat(nodes, at, group, name, ""),
        }
    }

    /// All of a value in one field, or in as many as it takes. What says by itself what it is goes without its name, but
    /// in the first element of a list, which shows how the others read.
    fn flat(&mut self, nodes: &[Node<'_>], at: usize, group: u32, name: &str, id: &str) {
        let mut text = String::new();
        let mut said = String::new();
        let mut count = 0;
        let is_first = self.crowd > 0 && self.shows(group, name);
        let is_list = nodes.get(at).is_some_and(|node| node.shape == Shape::Array);
        leaves(nodes, at, &mut |inner, value, is_plain| {
            if id.len() <= LONGEST_VALUE && find(id, value).is_some() {
                return; // said already
            }
            if count >= MOST_LEAVES || count > 0 && text.len() + value.len() > LONGEST_FIELD {
                self.unit(group, &text, &said, Some(name));
                count = 0;
            }
            if count == 0 {
                text.clear();
                said.clear();
                for part in [name, " ", id] {
                    text.push_str(part);
                }
                said.push_str(id);
            } else if is_list {
                text.push(',');
            }
            for part in [" ", if is_plain && !is_first { "" } else { inner }, " ", value] {
                text.push_str(part);
                said.push_str(part);
            }
            count += 1;
        });
        if count > 0 {
            self.unit(group, &text, &said, Some(name));
        }
    }
}

/// Hands out the scalars of a value, with the name each is under and whether it says by itself what it is.
pub(super) fn leaves(nodes: &[Node<'_>], at: usize, found: &mut dyn FnMut(&str, &str, bool)) {
    let end = nodes.get(at).map_or(0, |node| node.end);
    for node in nodes.get(at..end).unwrap_or_default().iter().filter(|node| !node.value.is_empty()) {
        found(node.name, &node.value, node.shape == Shape::Text && is_plain(&node.value));
    }
}

/// Whether a text says by itself what it is: a name, a date, an identifier; not `yes`.
fn is_plain(text: &str) -> bool {
    text.len() > 3 && text.chars().any(|character| !is_lower(character)) || text.len() > 1 && text.chars().all(is_upper)
}

/// The member that says what an object is.
fn id<'n, 'a>(nodes: &'n [Node<'a>], of: usize) -> Option<&'n Node<'a>> {
    if nodes.get(of)?.shape != Shape::Object {
        return None;
    }
    let is_short = |node: &&Node<'_>| (1..=80).contains(&node.value.len());
    let ids = || inside(nodes, of).map(|(_, node)| node).filter(is_short);
    let exact = NAMES.iter().find_map(|name| ids().find(|node| node.name == *name));
    exact.or_else(|| ENDINGS.iter().find_map(|ending| ids().find(|node| node.name.ends_with(ending))))
}
