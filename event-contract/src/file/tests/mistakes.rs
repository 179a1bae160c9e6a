use super::ORDER_PLACED;
use crate::file::{parse, parse_view};

/// The example with one line replaced, and what is said about it.
fn said(from: &str, to: &str) -> String {
    assert!(ORDER_PLACED.contains(from), "{from}");
    let text = ORDER_PLACED.replacen(from, to, 1);
    parse(&text).map_or_else(|error| error.to_string(), |_| "nothing".to_owned())
}

#[test]
fn every_mistake_has_its_line_and_its_way_out() {
    let mut wrong = Vec::new();
    for (from, to, expected) in [
        (
            "note = \"string?\"",
            "note = string?",
            "line 16: `note` needs a text in quotes, a whole number, `true` or `false`, not `string?`",
        ),
        (
            "note = \"string?\"",
            "note \"string?\"",
            "line 16: `note` needs a value: `note = \"..\"`",
        ),
        (
            "note = \"string?\"",
            "note = \"string?",
            "line 16: the text has no end; close it with a quote",
        ),
        (
            "note = \"string?\"",
            "note = \"string?\" x",
            "line 16: the line should end before `x`; one fact per line",
        ),
        (
            "note = \"string?\"",
            "note = 5",
            "line 16: `note` is a type, such as `\"string\"`, not a number",
        ),
        (
            "note = \"string?\"",
            "order.note = \"string?\"",
            "line 16: a name with a dot in it goes in quotes: `\"order.note\"`; a field has facts, and first of all its `type`",
        ),
        (
            "note = \"string?\"",
            "größe = \"string?\"",
            "line 16: `ö` in a name needs quotes around the name: `\"..\"`",
        ),
        (
            "note = \"string?\"",
            "note = \"strng?\"",
            "line 16: there is no type `strng`; did you mean `string`?",
        ),
        (
            "note = \"string?\"",
            "note = \"Nte?\"",
            "line 16: there is no type `Nte`; add a table `[types.Nte]`",
        ),
        (
            "note = \"string?\"",
            "note = \"[string\"",
            "line 16: in the type `[string`: `]` is missing",
        ),
        (
            "note = \"string?\"",
            "note = \"string = absent\"",
            "line 16: `= absent` is for optional types: `string = absent` needs a `?` after the type, or `= default`",
        ),
        (
            "note = \"string?\"",
            "note = \"string = none\"",
            "line 16: in the type `string = none`: after `=` stands `default`, `default(path)` or `absent`",
        ),
        (
            "note = \"string?\"",
            "lines = \"string?\"",
            "line 16: `lines` stands there twice, first on line 15; remove one",
        ),
        (
            "note = \"string?\"",
            "lines.type = \"string?\"",
            "line 16: `lines` is a text on line 15, it cannot be a table too",
        ),
        (
            "note = \"string?\"",
            "note.type = \"string?\"\nnote.null = false\nnote.null = false",
            "line 18: `note.null` stands there twice, first on line 17; remove one",
        ),
        (
            "[reserved]",
            "[types]\nLine.fields.note = \"string\"\n[reserved]",
            "line 49: `Line` has a header on line 30; put this line below it",
        ),
        (
            "note = \"string?\"",
            "note = {type = \"string\"}",
            "line 16: a table has a header of its own: `[note]`",
        ),
        (
            "note = \"string?\"",
            "[data.fields.note]\ntype = \"string?\"\nwriten = \"never\"",
            "line 18: `writen` is not known among the facts of the field `note`; did you mean `written`?",
        ),
        (
            "note = \"string?\"",
            "[data.fields.note]\ntype = \"string?\"\nwritten = \"newer\"",
            "line 18: `newer` is no `written`; did you mean `never`?",
        ),
        (
            "note = \"string?\"",
            "note.written = \"never\"",
            "line 16: `type` is missing; add `type = \"string\"`",
        ),
        (
            "note = \"string?\"",
            "[data.fields]\nnote = \"string?\"",
            "line 16: `[data.fields]` stands there twice, first on line 12; put the lines of both under one",
        ),
        (
            "format = 1",
            "format = 2",
            "line 2: `format = 2` is of another release; this one knows 1, so update `event-runtime`",
        ),
        (
            "format = 1",
            "format = \"1\"",
            "line 2: `format` is a whole number, not a text",
        ),
        ("format = 1", "", "line 1: `format` is missing; add `format = 1`"),
        (
            "version = 2",
            "version = 0",
            "line 4: `0` is no version; they count from 1",
        ),
        (
            "version = 2",
            "version = 02",
            "line 4: `version` needs a text in quotes, a whole number, `true` or `false`, not `02`",
        ),
        (
            "event = \"order.placed\"",
            "event = \"Order\"",
            "line 3: `Order` is no event: character 1 is not allowed; use lower-case letters, digits and `_`",
        ),
        (
            "order.placed.v2\"",
            "order.placed.v3\"",
            "line 5: `type` is `order.placed.v2` here, not `com.example.order.placed.v3`",
        ),
        (
            "status = \"live\"",
            "status = \"alive\"",
            "line 6: `alive` is no `status`; did you mean `live`?",
        ),
        (
            "status = \"live\"",
            "statu = \"live\"",
            "line 6: `statu` is not known at the top of the file; did you mean `status`?",
        ),
        (
            "status = \"live\"",
            "key = \"note\"",
            "line 1: `status` is missing; add `status = \"draft\"`, `\"live\"` or `\"retired\"`",
        ),
        (
            "upcast_from = [1]",
            "upcast_from = [2]",
            "line 7: `upcast_from` lists versions before v2, each once, and `2` is not",
        ),
        (
            "upcast_from = [1]",
            "key = \"costumer_id\"",
            "line 7: `key` names no field `costumer_id`; did you mean `customer_id`?",
        ),
        (
            "upcast_from = [1]",
            "sensitive = [\"Line.sku\", \"Line.skus\"]",
            "line 7: `sensitive` names no field `Line.skus`; did you mean `Line.sku`?",
        ),
        (
            "upcast_from = [1]",
            "sensitive = [\"note\", \"note\"]",
            "line 7: `note` stands in `sensitive` twice, first on line 7; remove one",
        ),
        (
            "[data]",
            "[dta]",
            "line 9: `dta` is not known at the top of the file; did you mean `data`?",
        ),
        (
            "[data]",
            "[[data]]",
            "line 9: a contract has no lists of tables: write `[name]`",
        ),
        (
            "unknown_fields = \"ignored\"",
            "unknown_fields = \"denied\"",
            "line 10: `denied` is no `unknown_fields`; known: `ignored`, `refused`, `kept`",
        ),
        (
            "kind = \"enum\"",
            "kind = \"enums\"",
            "line 23: `enums` is no `kind`; did you mean `enum`?",
        ),
        (
            "kind = \"enum\"",
            "",
            "line 22: `kind` of `Channel` is missing; add `kind = \"object\"`, `\"enum\"` or `\"union\"`",
        ),
        (
            "kind = \"enum\"",
            "kind = \"enum\"\ntag = \"t\"",
            "line 24: `tag` is not known in `[types.Channel]`, which is an enum; known: `kind`, `names`, `open`",
        ),
        (
            "tag = \"method\"",
            "content = \"c\"",
            "line 39: `content` needs a `tag` beside it",
        ),
        (
            "[types.Line]",
            "[types.u32]",
            "line 30: a type cannot be called `u32`; take a word with a capital letter",
        ),
        (
            "sku = \"string\"",
            "sku = \"[Line?]\"",
            "line 35: `Line` holds itself; contracts of recursive types are not supported",
        ),
        (
            "[reserved]",
            "[allow]\n\"field-removed x\" = \"\"\n[reserved]",
            "line 49: `field-removed x` needs a reason: why does the change break nobody?",
        ),
        (
            "fields = [\"discount\"]",
            "fields = [\"discount\"",
            "line 49: the list of `fields` has no end; add `]`",
        ),
        (
            "fields = [\"discount\"]",
            "fields = [\"discount\" \"x\"]",
            "line 49: between two entries of `fields` stands a comma",
        ),
        (
            "tags = ",
            "<<<<<<< HEAD\ntags = ",
            "line 19: a merge conflict is left in the file;",
        ),
        (
            "tags = ",
            "=======\ntags = ",
            "line 19: a merge conflict is left in the file;",
        ),
        (
            "[reserved]",
            "[types]\nLine = \"string\"\n[reserved]",
            "line 49: `Line` stands there twice, first on line 30; remove one",
        ),
        (
            "store = \"Store\"",
            "store = \"Store\"\nweb = \"Web\"",
            "line 29: `web` stands there twice, first on line 28; remove one",
        ),
    ] {
        let found = said(from, to);
        if !found.starts_with(expected) {
            wrong.push(format!("{to}\n  {found}\n  {expected}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_view_is_no_contract() {
    let view = "format = 1\nkind = \"view\"\nconsumer = \"billing.charge\"\nevent = \"order.placed\"\nversion = 2\n\
                [data.fields]\nnote = \"string?\"\n";
    let read = parse_view(view).unwrap();
    assert_eq!((read.event, read.reader.consumer), ("order.placed", "billing.charge"));
    let said = parse(view).unwrap_err().to_string();
    assert!(said.contains("belongs under `contracts/views/`"), "{said}");
    let said = parse_view(ORDER_PLACED).unwrap_err().to_string();
    assert!(said.contains("a view has `kind = \"view\"`"), "{said}");
    for bad in ["", "Billing", "billing.", "a.b.c"] {
        let said = parse_view(&view.replace("billing.charge", bad)).unwrap_err();
        assert_eq!(said.line, 3, "{bad}: {said}");
    }
}
