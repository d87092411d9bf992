//! Rule files as they are written: plain data with the place of each value.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;

/// A text and where it stands.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Located(Spanned<String>);

impl JsonSchema for Located {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // YAML takes `true` and `5` without quotes for something else than texts.
        json_schema!({"type": ["string", "boolean", "number"]})
    }
}

impl Located {
    /// Another text in the same place.
    pub(crate) fn saying(&self, text: &str) -> Self {
        Self(Spanned { value: text.to_owned(), ..self.0.clone() })
    }
}

impl Deref for Located {
    type Target = Spanned<String>;

    fn deref(&self) -> &Spanned<String> {
        &self.0
    }
}

/// The version that all rule files carry.
pub(crate) const API_VERSION: &str = "kite.dev/v1alpha1";

/// The first look at a file: what kind of rule it is.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    pub(crate) api_version: Located,
    pub(crate) kind: Located,
}

/// A whole file.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RuleFile<S> {
    #[serde(rename = "apiVersion")]
    _api_version: String,
    #[serde(rename = "kind")]
    _kind: String,
    pub(crate) metadata: Metadata,
    pub(crate) spec: S,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metadata {
    pub(crate) name: Located,
}

/// Values that several detectors share.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LibrarySpec {
    #[serde(default)]
    pub(crate) related: Ordered<RelatedSpec>,
    #[serde(rename = "let")]
    pub(crate) bindings: Ordered<Located>,
}

/// How an object becomes reports.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DetectorSpec {
    pub(crate) watches: Vec<WatchSpec>,
    #[serde(default)]
    pub(crate) uses: Vec<Located>,
    #[serde(default)]
    pub(crate) priority: i32,
    #[serde(default)]
    pub(crate) when: Option<Located>,
    #[serde(default)]
    pub(crate) related: Ordered<RelatedSpec>,
    #[serde(default, rename = "let")]
    pub(crate) bindings: Ordered<Located>,
    #[serde(default)]
    pub(crate) ignore: Option<Located>,
    #[serde(default)]
    pub(crate) judge_again_at: Option<Located>,
    #[serde(default)]
    pub(crate) reports: Vec<ReportSpec>,
    #[serde(default)]
    pub(crate) on_delete: Vec<ReportSpec>,
}

/// Something beside the object that is worth reading.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelatedSpec {
    pub(crate) when: Located,
    #[serde(default)]
    pub(crate) objects: Option<RelatedObjectsSpec>,
    #[serde(default)]
    pub(crate) log: Option<LogSpec>,
}

#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelatedObjectsSpec {
    #[serde(default)]
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) labels: Ordered<Located>,
}

#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogSpec {
    pub(crate) pod: Located,
    pub(crate) container: Located,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WatchSpec {
    #[serde(default)]
    pub(crate) group: String,
    pub(crate) kind: String,
    /// Only objects with these labels, such as `app=shop`, as far as nobody needs the others.
    #[serde(default)]
    pub(crate) label_selector: Option<String>,
    /// Only objects with these fields, such as `type=Warning`, as far as nobody needs the others.
    #[serde(default)]
    pub(crate) field_selector: Option<String>,
}

/// How a payload becomes reports and an answer.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WebhookSpec {
    #[serde(default)]
    pub(crate) required: Ordered<FieldType>,
    #[serde(default)]
    pub(crate) optional: Ordered<FieldType>,
    #[serde(default)]
    pub(crate) secret_file: Option<String>,
    #[serde(default)]
    pub(crate) secret_env: Option<String>,
    #[serde(default, rename = "let")]
    pub(crate) bindings: Ordered<Located>,
    #[serde(default)]
    pub(crate) ignore: Option<IgnoreSpec>,
    #[serde(default)]
    pub(crate) reports: Vec<ReportSpec>,
    #[serde(default)]
    pub(crate) sweeps: Vec<SweepSpec>,
    pub(crate) answer: AnswerSpec,
}

/// What a field of a payload must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FieldType {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// Any JSON value.
    Any,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IgnoreSpec {
    pub(crate) when: Located,
    pub(crate) info: Located,
}

/// What the caller of a webhook is told.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnswerSpec {
    /// The issue of the first report.
    Issue,
    /// A sentence; `${count}` is the number of resolved issues.
    #[serde(untagged)]
    Message(MessageSpec),
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageSpec {
    pub(crate) message: Located,
}

/// How one report is made.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReportSpec {
    #[serde(default)]
    pub(crate) for_each: Option<ForEachSpec>,
    #[serde(default)]
    pub(crate) failing: Option<Located>,
    #[serde(default)]
    pub(crate) healthy: Option<Located>,
    #[serde(default)]
    pub(crate) gone: Option<Located>,
    pub(crate) namespace: Located,
    #[serde(default)]
    pub(crate) cluster: Option<Located>,
    #[serde(default)]
    pub(crate) issue_type: Option<Located>,
    pub(crate) scope: ScopeSpec,
    #[serde(default)]
    pub(crate) variant: Option<Located>,
    #[serde(default)]
    pub(crate) occurred_at: Option<Located>,
    #[serde(default)]
    pub(crate) ended_at: Option<Located>,
    #[serde(default)]
    pub(crate) run_id: Option<Located>,
    #[serde(default)]
    pub(crate) revision: Option<Located>,
    #[serde(default)]
    pub(crate) title: Option<Located>,
    #[serde(default)]
    pub(crate) description: Option<Located>,
    #[serde(default)]
    pub(crate) severity: Option<Located>,
    #[serde(default)]
    pub(crate) links: Vec<LinkSpec>,
    #[serde(default)]
    pub(crate) labels: Ordered<Located>,
    #[serde(default)]
    pub(crate) expires_at: Option<Located>,
    #[serde(default)]
    pub(crate) due_at: Option<Located>,
    #[serde(default)]
    pub(crate) cause: Option<Located>,
    #[serde(default)]
    pub(crate) reason: Option<Located>,
    #[serde(default)]
    pub(crate) gone_with: Vec<OwnerSpec>,
}

/// An object whose deletion means that the problem is gone.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnerSpec {
    #[serde(default)]
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) name: Located,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForEachSpec {
    pub(crate) item: Located,
    #[serde(rename = "in")]
    pub(crate) list: Located,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeSpec {
    #[serde(rename = "resourceType")]
    pub(crate) kind: Located,
    #[serde(rename = "resourceName")]
    pub(crate) name: Located,
    #[serde(default, rename = "resourceNamespace")]
    pub(crate) namespace: Option<Located>,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkSpec {
    pub(crate) title: Located,
    pub(crate) url: Located,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SweepSpec {
    pub(crate) namespace: Located,
    pub(crate) anchor: ScopeSpec,
    pub(crate) scopes: Vec<ScopeSpec>,
}

/// A mapping in the order in which it is written.
#[derive(Clone, Debug)]
pub(crate) struct Ordered<V>(pub(crate) Vec<(Located, V)>);

impl<V> Default for Ordered<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: JsonSchema> JsonSchema for Ordered<V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("mapping of {}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "additionalProperties": generator.subschema_for::<V>()})
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OrderedVisitor(PhantomData))
    }
}

struct OrderedVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for OrderedVisitor<V> {
    type Value = Ordered<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Ordered(entries))
    }
}
