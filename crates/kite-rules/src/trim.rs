//! Reads only the needed parts of a JSON text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::paths::Needed;

impl Needed {
    /// Reads a JSON text, leaving out what is not needed.
    pub fn read(&self, json: &str) -> serde_json::Result<Value> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let value = self.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }
}

impl<'de> DeserializeSeed<'de> for &Needed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self {
            Needed::Whole => serde::Deserialize::deserialize(deserializer),
            Needed::Fields(_) => deserializer.deserialize_any(self),
        }
    }
}

/// Values that are neither objects nor lists are kept: they are small, or their type is wrong and
/// the expression shall see that.
impl<'de> Visitor<'de> for &Needed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(field) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match self {
                Needed::Fields(fields) if !fields.contains_key(&*field) => {
                    map.next_value::<IgnoredAny>()?;
                }
                Needed::Fields(fields) => {
                    let below = fields.get(&*field).unwrap_or(&Needed::Whole);
                    kept.insert(field.into_owned(), map.next_value_seed(below)?);
                }
                Needed::Whole => {
                    kept.insert(field.into_owned(), map.next_value()?);
                }
            }
        }
        Ok(Value::Object(kept))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            kept.push(item);
        }
        Ok(Value::Array(kept))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn needed(paths: &[&[&str]]) -> Needed {
        let mut needed = Needed::nothing();
        for path in paths {
            needed.add(path.iter().copied());
        }
        needed
    }

    #[test]
    fn only_what_is_needed_is_read() {
        let text = r#"{"a": {"b": [1, {"c": null}], "x": "big"}, "y": "big", "l": [{"k": 1, "x": 2}, 3]}"#;
        let read = needed(&[&["a", "b"], &["l", "k"], &["none"]]).read(text).unwrap();
        assert_eq!(read, json!({"a": {"b": [1, {"c": null}]}, "l": [{"k": 1}, 3]}));
        assert_eq!(Needed::Whole.read(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn escaped_field_names_are_the_same_names() {
        assert_eq!(needed(&[&["a"]]).read(r#"{"\u0061": "\u00e4", "\"": 1}"#).unwrap(), json!({"a": "ä"}));
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        for text in ["", "{", "{} {}", r#"{"a": nul}"#] {
            assert!(needed(&[&["b"]]).read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn values_of_wrong_types_are_kept(number in any::<i64>(), text in ".*", truth in any::<bool>()) {
            for value in [json!(number), json!(text), json!(truth), json!(null), json!(1.5)] {
                let object = json!({"a": value});
                prop_assert_eq!(&needed(&[&["a", "b", "c"]]).read(&object.to_string()).unwrap(), &object);
            }
        }
    }
}
