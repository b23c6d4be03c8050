//! `declare_rule!` and `rules!`: what makes a file a rule and a folder an area.

/// Declares a rule's struct, documentation and metadata.
///
/// ```ignore
/// declare_rule! {
///     /// # What it does
///     /// …
///     UndocumentedModel(Options), code = "DOC001", slug = "undocumented-model", area = Documentation, trap = Govern,
///     default = Warning, since = "0.1.0", subjects = [Model]
/// }
/// ```
/// `default` is `Error`, `Warning`, `Info` or `Off`. In `strict` a rule is one step graver and an off rule a warning;
/// `strict = Off` after `default` keeps out one that needs a parameter, or is not meant for a whole project. `subjects` are resource types or `Project`.
/// `supersedes = ["DOC001"]` after `subjects` names rules whose finding on the same subject this one's replaces.
/// The struct has one field, `options`. `validate = path` names a function that refuses options serde cannot.
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])*
        $name:ident($options:ty),
        code = $code:literal,
        slug = $slug:literal,
        area = $area:ident,
        trap = $trap:ident,
        default = $default:ident,
        $(strict = $strict:ident,)?
        since = $since:literal,
        subjects = [$($subject:ident),* $(,)?]
        $(, supersedes = [$($superseded:literal),* $(,)?])?
        $(, validate = $validate:path)?
        $(,)?
    ) => {
        $(#[doc = $doc])*
        pub struct $name {
            #[allow(dead_code, reason = "rules without options have the field too")]
            options: $options,
        }

        impl $name {
            /// What documentation, config and reports know of this rule.
            pub const INFO: $crate::rules::RuleInfo = $crate::rules::RuleInfo {
                code: $code,
                slug: $slug,
                area: $crate::rules::Area::$area,
                trap: $crate::rules::Trap::$trap,
                default: $crate::rules::declare::severity!($default),
                strict: $crate::rules::declare::strict!($default $(, $strict)?),
                since: $since,
                subjects: &[$($crate::rules::declare::subject!($subject)),*],
                supersedes: &[$($($superseded),*)?],
                docs: concat!($($doc, "\n"),*),
                options_of: |rule| {
                    let rule: &dyn std::any::Any = rule;
                    rule.downcast_ref::<Self>().map(|rule| &rule.options as &dyn std::any::Any)
                },
                options_schema: || schemars::schema_for!($options),
                build: &|value| {
                    let options: $options =
                        if value.is_null() { <$options>::default() } else { serde_json::from_value(value)? };
                    $($validate(&options)?;)?
                    Ok(Box::new(Self { options }))
                },
                build_yaml: &|node| {
                    let options: $options = $crate::text::yaml::from_node(node)?;
                    $($validate(&options)?;)?
                    Ok(Box::new(Self { options }))
                },
            };
        }
    };
}

macro_rules! severity {
    (Off) => {
        None
    };
    ($severity:ident) => {
        Some($crate::findings::Severity::$severity)
    };
}

macro_rules! strict {
    ($default:ident, $strict:ident) => {
        $crate::rules::declare::severity!($strict)
    };
    (Off) => {
        Some($crate::findings::Severity::Warning)
    };
    (Info) => {
        Some($crate::findings::Severity::Warning)
    };
    ($other:ident) => {
        Some($crate::findings::Severity::Error)
    };
}

macro_rules! subject {
    (Project) => {
        $crate::rules::Subject::Project
    };
    ($kind:ident) => {
        $crate::rules::Subject::Resource($crate::project::ResourceType::$kind)
    };
}

/// Names the rules of an area: each `file::Struct` is a module of the folder.
macro_rules! rules {
    ($($module:ident :: $name:ident),* $(,)?) => {
        $(mod $module;)*
        /// The rules of this area.
        pub(super) const RULES: &[&crate::rules::RuleInfo] = &[$(&$module::$name::INFO),*];
    };
}

pub(crate) use {declare_rule, rules, severity, strict, subject};
