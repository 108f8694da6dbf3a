//! The JSON Schema of a policy, for editors.

use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::{Value, json};

use super::document::Document;
use crate::ids::TABLE;

/// The schema of a policy whose sections have these types.
///
/// The kernel ships one with sections of any shape, since it does not know the parts'; the merged
/// command knows all three and can print the whole.
pub fn schema<L, C, B>() -> Schema
where
    L: JsonSchema,
    C: JsonSchema,
    B: JsonSchema,
{
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Document<L, C, B>>();
    // Editors complete and check the ids of rules by these.
    let ids: Vec<&str> = TABLE.iter().map(|(id, _)| *id).collect();
    insert(
        &mut schema,
        "/properties/levels",
        "propertyNames",
        json!({ "enum": ids }),
    );
    insert(
        &mut schema,
        "/$defs/exemption/properties/rule",
        "enum",
        json!(ids),
    );
    insert(&mut schema, "/$defs/match", "minProperties", json!(1));
    unwrap_lines(&mut schema);
    schema
}

fn insert(schema: &mut Schema, pointer: &str, key: &str, value: Value) {
    let object = schema.pointer_mut(pointer).and_then(Value::as_object_mut);
    let object = object.expect("the types have these keys, and a test generates the schema");
    object.insert(key.to_owned(), value);
}

/// Doc comments break their lines for the source's width, which means nothing in an editor.
fn unwrap_lines(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    transform_subschemas(&mut unwrap_lines, schema);
}
