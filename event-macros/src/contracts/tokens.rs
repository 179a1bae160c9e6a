use event_contract::{
    Absent, Choice, Committed, Field, Object, Reader, Shape, Status, Tagging, Unknown, Variant, Written,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::path::PathBuf;

/// Makes the compiler look at these files again when they change.
pub(crate) fn tracked(files: &[PathBuf]) -> TokenStream {
    let files = files.iter().filter_map(|path| path.to_str());
    quote!(#(const _: &[__private::u8] = __private::include_bytes!(#files);)*)
}

/// What a check needs of a contract.
pub(crate) fn committed(of: &Committed) -> TokenStream {
    let (event, version) = (of.event, of.version.get());
    let data = object(of.data);
    let status = match of.status {
        Status::Live => None,
        Status::Draft => Some(quote!(.with_status(__private::Status::Draft))),
        Status::Retired => Some(quote!(.with_status(__private::Status::Retired))),
    };
    let key = of.key.map(|key| quote!(.with_key(#key)));
    let sequence = of.sequence.map(|field| quote!(.with_sequence(#field)));
    let reserved = of.reserved;
    let reserved = (!reserved.is_empty()).then(|| quote!(.with_reserved(&[#(#reserved),*])));
    let allowed = of.allowed.iter().map(|allowed| {
        let (rule, path, reason) = (allowed.rule, allowed.path, allowed.reason);
        quote!(__private::Allowed { rule: #rule, path: #path, reason: #reason })
    });
    let allowed = (!of.allowed.is_empty()).then(|| quote!(.with_allowed(&[#(#allowed),*])));
    quote! {
        __private::Committed::new(#event, __private::version(#version), &#data) #status #key #sequence #reserved #allowed
    }
}

/// What its file says of a contract.
pub(crate) fn status(of: &Committed) -> TokenStream {
    let word = word(&format!("{:?}", of.status));
    quote!(__private::Status::#word)
}

/// What is written in a version.
pub(crate) fn body(of: &Committed) -> TokenStream {
    object(of.data)
}

/// Who reads it; `data` is left out where only the name is asked for.
pub(crate) fn reader(of: &Reader, data: bool) -> TokenStream {
    let consumer = of.consumer;
    let data = if data {
        object(of.data)
    } else {
        quote!(__private::Object::EMPTY)
    };
    quote!(__private::Reader { consumer: #consumer, data: &#data })
}

fn object(of: &Object) -> TokenStream {
    let name = of.name;
    let fields = of.fields.iter().map(field);
    let unknown = match of.unknown {
        Unknown::Ignored => None,
        other => {
            let word = word(&format!("{other:?}"));
            Some(quote!(.with_unknown(__private::Unknown::#word)))
        }
    };
    quote!(__private::Object::new(#name, &[#(#fields),*]) #unknown)
}

/// A field: as serde treats it without attributes, and what is different.
fn field(of: &Field) -> TokenStream {
    let (hash, name, of_value) = (of.hash, of.name, shape(&of.shape));
    let plain = Field::hashed(of.hash, of.name, of.shape);
    let short = quote!(__private::Field::hashed(#hash, #name, #of_value));
    if *of == plain {
        return short;
    }
    let written = (of.written != plain.written).then(|| {
        let word = word(match of.written {
            Written::Always => "Always",
            Written::Sometimes => "Sometimes",
            Written::Never => "Never",
        });
        quote!(written: __private::Written::#word,)
    });
    let absent = (of.absent != plain.absent).then(|| {
        let word = word(match of.absent {
            Absent::Refused => "Refused",
            Absent::Accepted => "Accepted",
            Absent::Ignored => "Ignored",
        });
        quote!(absent: __private::Absent::#word,)
    });
    let null = of.null;
    let null = (null != plain.null).then(|| quote!(null: #null,));
    let default = of.default.map(|path| quote!(default: __private::Option::Some(#path),));
    let names = |word: Ident, names: &[&str]| (!names.is_empty()).then(|| quote!(#word: &[#(#names),*],));
    let (writes, reads) = (names(word("writes"), of.writes), names(word("reads"), of.reads));
    let sensitive = of.sensitive.then(|| quote!(sensitive: true,));
    quote!(__private::Field { #written #absent #null #default #writes #reads #sensitive ..#short })
}

fn shape(of: &Shape) -> TokenStream {
    let variant = match of {
        Shape::Any => quote!(Any),
        Shape::Null => quote!(Null),
        Shape::Bool => quote!(Bool),
        Shape::Char => quote!(Char),
        Shape::Integer(integer) => {
            let word = word(&format!("{integer:?}"));
            quote!(Integer(__private::Integer::#word))
        }
        Shape::Float(float) => {
            let word = word(&format!("{float:?}"));
            quote!(Float(__private::Float::#word))
        }
        Shape::Text(form) => quote!(Text(#form)),
        Shape::Optional(inner) => inside("Optional", inner),
        Shape::Nullable(inner) => inside("Nullable", inner),
        Shape::List(inner) => inside("List", inner),
        Shape::Set(inner) => inside("Set", inner),
        Shape::Array(inner, length) => {
            let inner = shape(inner);
            quote!(Array(&#inner, #length))
        }
        Shape::Tuple(parts) => {
            let parts = parts.iter().map(shape);
            quote!(Tuple(&[#(#parts),*]))
        }
        Shape::Map(key, value) => {
            let (key, value) = (shape(key), shape(value));
            quote!(Map(&#key, &#value))
        }
        Shape::Object(of) => {
            let of = object(of);
            quote!(Object(&#of))
        }
        Shape::Choice(of) => {
            let of = choice(of);
            quote!(Choice(&#of))
        }
    };
    quote!(__private::Shape::#variant)
}

fn inside(name: &str, inner: &Shape) -> TokenStream {
    let (name, inner) = (word(name), shape(inner));
    quote!(#name(&#inner))
}

fn choice(of: &Choice) -> TokenStream {
    let name = of.name;
    let tagging = match of.tagging {
        Tagging::External => quote!(External),
        Tagging::Internal(tag) => quote!(Internal(#tag)),
        Tagging::Adjacent(tag, content) => quote!(Adjacent(#tag, #content)),
    };
    let variants = of.variants.iter().map(variant);
    let open = of.open.then(|| quote!(.open()));
    quote!(__private::Choice::new(#name, __private::Tagging::#tagging, &[#(#variants),*]) #open)
}

fn variant(of: &Variant) -> TokenStream {
    let (hash, name) = (of.hash, of.name);
    let content = match &of.content {
        None => quote!(None),
        Some(content) => {
            let content = shape(content);
            quote!(Some(#content))
        }
    };
    let reads = of.reads;
    let reads = (!reads.is_empty()).then(|| quote!(.with_reads(&[#(#reads),*])));
    let catch_all = of.catch_all.then(|| quote!(.catch_all()));
    let unwritten = of.never_written.then(|| quote!(.never_written()));
    let unread = of.never_read.then(|| quote!(.never_read()));
    quote!(__private::Variant::hashed(#hash, #name, __private::Option::#content) #reads #catch_all #unwritten #unread)
}

fn word(word: &str) -> Ident {
    Ident::new(word, Span::call_site())
}
