//! JSON written in Rust.

/// A [`Value`](crate::json::Value) written as JSON, with expressions as values:
///
/// ```
/// let count = 3;
/// let value = varve::json!({ "role": "user", "counts": [count, null, { "more": count + 1 }] });
/// assert_eq!(value.to_string(), r#"{"counts":[3,null,{"more":4}],"role":"user"}"#);
/// ```
#[macro_export]
macro_rules! json {
    // Items: those read, then the rest.
    (@items [$($item:expr,)*]) => { vec![$($item),*] };
    (@items [$($item:expr,)*] null $(, $($rest:tt)*)?) => {
        $crate::json!(@items [$($item,)* $crate::json!(null),] $($($rest)*)?)
    };
    (@items [$($item:expr,)*] [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $crate::json!(@items [$($item,)* $crate::json!([$($inner)*]),] $($($rest)*)?)
    };
    (@items [$($item:expr,)*] {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $crate::json!(@items [$($item,)* $crate::json!({$($inner)*}),] $($($rest)*)?)
    };
    (@items [$($item:expr,)*] $next:expr $(, $($rest:tt)*)?) => {
        $crate::json!(@items [$($item,)* $crate::json!($next),] $($($rest)*)?)
    };
    // Members of a map, one after the other.
    (@members $map:ident) => {};
    (@members $map:ident $name:tt : null $(, $($rest:tt)*)?) => {
        $map.insert($name, $crate::json!(null));
        $crate::json!(@members $map $($($rest)*)?);
    };
    (@members $map:ident $name:tt : [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $map.insert($name, $crate::json!([$($inner)*]));
        $crate::json!(@members $map $($($rest)*)?);
    };
    (@members $map:ident $name:tt : {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $map.insert($name, $crate::json!({$($inner)*}));
        $crate::json!(@members $map $($($rest)*)?);
    };
    (@members $map:ident $name:tt : $value:expr $(, $($rest:tt)*)?) => {
        $map.insert($name, $crate::json!($value));
        $crate::json!(@members $map $($($rest)*)?);
    };
    (null) => { $crate::json::Value::Null };
    ([$($items:tt)*]) => { $crate::json::Value::Array($crate::json!(@items [] $($items)*)) };
    ({}) => { $crate::json::Value::Object($crate::json::Map::new()) };
    ({$($members:tt)*}) => {{
        let mut members = $crate::json::Map::new();
        $crate::json!(@members members $($members)*);
        $crate::json::Value::Object(members)
    }};
    ($value:expr) => { $crate::json::Value::from(&$value) };
}
