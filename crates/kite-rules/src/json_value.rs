//! Lets CEL read JSON in place: nothing is converted before an expression asks for it.

use std::collections::HashMap;
use std::sync::OnceLock;

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator as CelIterator, Sizer, Zeroer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt, MAP_TYPE, Type,
};
use cel::common::value::{CowVal, Val};
use serde_json::{Map, Number, Value};

/// A CEL value that borrows from `value`.
///
/// A field that is `null` counts as absent, as it does in Kubernetes.
pub(crate) fn view(value: &Value) -> Box<dyn Val + '_> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(truth) => Box::new(CelBool::from(*truth)),
        Value::Number(number) => number_val(number),
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => Box::new(CelList::from(items.iter().map(view).collect::<Vec<_>>())),
        Value::Object(fields) => Box::new(Fields::new(fields)),
    }
}

/// A CEL value that owns the contents of `value`.
pub(crate) fn owned(value: Value) -> Box<dyn Val> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(truth) => Box::new(CelBool::from(truth)),
        Value::Number(number) => number_val(&number),
        Value::String(text) => Box::new(CelString::from(text)),
        Value::Array(items) => Box::new(CelList::from(items.into_iter().map(owned).collect::<Vec<_>>())),
        Value::Object(fields) => {
            let entries: HashMap<CelMapKey<'static>, Box<dyn Val>> = fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (CelMapKey::from(key), owned(value)))
                .collect();
            Box::new(CelMap::from(entries))
        }
    }
}

fn number_val(number: &Number) -> Box<dyn Val> {
    if let Some(int) = number.as_i64() {
        Box::new(CelInt::from(int))
    } else if let Some(uint) = number.as_u64() {
        Box::new(CelUInt::from(uint))
    } else {
        Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN)))
    }
}

/// A JSON object as a CEL map.
#[derive(Debug)]
struct Fields<'v> {
    fields: &'v Map<String, Value>,
    // CEL iterates over references to values, so the keys need a place to live.
    keys: OnceLock<Vec<CelString<'v>>>,
}

impl<'v> Fields<'v> {
    fn new(fields: &'v Map<String, Value>) -> Self {
        Self { fields, keys: OnceLock::new() }
    }

    fn find(&self, key: &dyn Val) -> Option<&'v Value> {
        let key = key.downcast_ref::<CelString>()?;
        self.fields.get(key.inner()).filter(|value| !value.is_null())
    }

    fn keys(&self) -> &[CelString<'v>] {
        self.keys.get_or_init(|| {
            self.fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, _)| CelString::from(key.as_str()))
                .collect()
        })
    }
}

impl Val for Fields<'_> {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn as_zeroer(&self) -> Option<&dyn Zeroer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        let (Some(sizer), Some(indexer)) = (other.as_sizer(), other.as_indexer()) else {
            return false;
        };
        *other.get_type() == MAP_TYPE
            && *sizer.size().inner() == *self.size().inner()
            && self.keys().iter().all(|key| {
                self.find(key)
                    .is_some_and(|ours| indexer.get(key).is_ok_and(|theirs| view(ours).equals(theirs.as_ref())))
            })
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(Fields::new(self.fields))
    }
}

impl Container for Fields<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.find(key).is_some())
    }
}

impl Indexer for Fields<'_> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.find(key).map(|value| CowVal::Owned(view(value))).ok_or_else(|| no_such_key(key))
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.find(key).map(view).ok_or_else(|| no_such_key(key))
    }
}

fn no_such_key(key: &dyn Val) -> ExecutionError {
    match key.downcast_ref::<CelString>() {
        Some(key) => ExecutionError::no_such_key(key.inner()),
        None => ExecutionError::no_such_key(key.get_type().name()),
    }
}

impl Iterable for Fields<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn CelIterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(Keys(self.keys().iter()))
    }
}

struct Keys<'b, 'v>(std::slice::Iter<'b, CelString<'v>>);

impl<'b, 'w, 'v: 'w> CelIterator<'b, 'w> for Keys<'b, 'v> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|key| key as &(dyn Val + 'w))
    }
}

impl Sizer for Fields<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.keys().len()).unwrap_or(i64::MAX))
    }
}

impl Zeroer for Fields<'_> {
    fn is_zero_value(&self) -> bool {
        self.keys().is_empty()
    }
}
