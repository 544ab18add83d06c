//! The fields of the kinds that are decoded strictly, as the real server's types have them.

mod decode;
mod protobuf;
mod time;
mod types;

pub(crate) use decode::{decode, go_kind, illegal_base64};
pub(crate) use protobuf::from_protobuf;
pub(crate) use types::{CONFIG_MAP, DELETE_OPTIONS, EVENT, EVENT_V1, LEASE, META, NAMESPACE, SECRET};

/// A struct of the real server: the name that its error messages give it, and its fields.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) name: &'static str,
    /// Name, number in protobuf (0 where it is carried elsewhere), and type.
    pub(crate) fields: &'static [(&'static str, u32, Type)],
}

/// The type of a field. A value that is zero is left out on the way in, as it is when the real server writes it, unless it
/// stands behind a [`Type::Pointer`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    Bool,
    Int32,
    Int64,
    String,
    /// Base64.
    Bytes,
    /// RFC 3339; kept in UTC with whole seconds.
    Time,
    /// RFC 3339 with exactly six fraction digits; kept in UTC.
    MicroTime,
    /// Kept as it is.
    Any,
    /// An entry of `managedFields`, which is dropped.
    Managed,
    /// An object whose keys are free.
    Map(&'static Type),
    List(&'static Type),
    /// Always written, even when it is empty.
    Struct(&'static Schema),
    /// Written whenever it is given.
    Pointer(&'static Type),
}

impl Type {
    /// The type as Go names it in its error messages.
    fn go(&self) -> String {
        match self {
            Self::Bool => "bool".into(),
            Self::Int32 => "int32".into(),
            Self::Int64 => "int64".into(),
            Self::String => "string".into(),
            Self::Bytes => "[]uint8".into(),
            Self::Time => "v1.Time".into(),
            Self::MicroTime => "v1.MicroTime".into(),
            Self::Any => "interface {}".into(),
            Self::Managed => "v1.ManagedFieldsEntry".into(),
            Self::Map(of) => format!("map[string]{}", of.go()),
            Self::List(of) => format!("[]{}", of.go()),
            Self::Struct(schema) => format!("v1.{}", schema.name),
            Self::Pointer(of) => of.go(),
        }
    }
}
