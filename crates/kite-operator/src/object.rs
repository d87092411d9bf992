//! An object as it comes from the API server: its text, and the few facts that watching needs.

use std::borrow::Cow;

use kube::api::{ApiResource, ObjectMeta};
use kube::core::DynamicResourceScope;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// An object whose text is not parsed yet.
///
/// Reading one never fails, so that one malformed object does not end a watch; what is wrong
/// with it shows when it is judged.
#[derive(Clone, Debug)]
pub struct WatchedObject {
    text: Box<RawValue>,
    meta: ObjectMeta,
}

impl WatchedObject {
    /// The object as JSON.
    pub fn text(&self) -> &str {
        self.text.get()
    }

    /// Its UID; empty when it has none.
    pub fn uid(&self) -> &str {
        self.meta.uid.as_deref().unwrap_or_default()
    }

    /// Its namespace; empty when it has none.
    pub fn namespace(&self) -> &str {
        self.meta.namespace.as_deref().unwrap_or_default()
    }

    /// Its name; empty when it has none.
    pub fn name(&self) -> &str {
        self.meta.name.as_deref().unwrap_or_default()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Head<'a> {
    #[serde(borrow)]
    metadata: HeadMetadata<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct HeadMetadata<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    namespace: Option<Cow<'a, str>>,
    #[serde(borrow)]
    uid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resource_version: Option<Cow<'a, str>>,
}

impl<'de> Deserialize<'de> for WatchedObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let head: Head<'_> = serde_json::from_str(text.get()).unwrap_or_default();
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        let meta = ObjectMeta {
            name: owned(head.metadata.name),
            namespace: owned(head.metadata.namespace),
            uid: owned(head.metadata.uid),
            resource_version: owned(head.metadata.resource_version),
            ..ObjectMeta::default()
        };
        Ok(Self { text, meta })
    }
}

impl kube::Resource for WatchedObject {
    type DynamicType = ApiResource;
    type Scope = DynamicResourceScope;

    fn kind(dt: &ApiResource) -> Cow<'_, str> {
        dt.kind.as_str().into()
    }

    fn group(dt: &ApiResource) -> Cow<'_, str> {
        dt.group.as_str().into()
    }

    fn version(dt: &ApiResource) -> Cow<'_, str> {
        dt.version.as_str().into()
    }

    fn plural(dt: &ApiResource) -> Cow<'_, str> {
        dt.plural.as_str().into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}

#[cfg(test)]
mod tests {
    use kube::api::WatchEvent;
    use kube::core::ObjectList;

    use super::*;

    #[test]
    fn lists_and_events_are_read_without_parsing_objects() {
        let object =
            r#"{"kind":"X","metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"7"},"z":1e400}"#;
        let list: ObjectList<WatchedObject> = serde_json::from_str(&format!(
            r#"{{"apiVersion":"v1","kind":"List","metadata":{{"resourceVersion":"9"}},"items":[{object}]}}"#
        ))
        .unwrap();
        assert_eq!(list.items[0].text(), object);
        let event = format!(r#"{{"type":"MODIFIED","object":{object}}}"#);
        let WatchEvent::Modified(read) = serde_json::from_str::<WatchEvent<WatchedObject>>(&event).unwrap() else {
            panic!("another event");
        };
        assert_eq!((read.namespace(), read.name(), read.uid()), ("n", "a", "u"));
        assert_eq!(read.meta.resource_version.as_deref(), Some("7"));
    }

    #[test]
    fn a_malformed_object_is_read_all_the_same() {
        for text in [r#"{"metadata": 5}"#, r#"{"metadata": {"name": ["a"]}}"#, "{}", "[1]"] {
            let read: WatchedObject = serde_json::from_str(text).unwrap();
            assert_eq!((read.text(), read.name()), (text, ""));
        }
    }
}
