use super::form;
use super::model::Struct;
use super::wire::{Refusal, read, write as sample};
use crate::compare::{Rule, compare_committed};
use crate::file::entering;
use crate::file::{Refused, accept, parse, write};
use crate::shape::Field;
use crate::{Choice, Committed, Contract, Object, Schema, Shape, Status, Tagging, Variant, Version, Written, sorted};

const PLACED: Contract = Contract::new("order.placed", Version::FIRST, "order.placed.v1");

fn first(data: &'static Object) -> Committed {
    accept(None, &PLACED.with_data(data), &[], Status::Live)
        .unwrap()
        .committed
}

fn step(existing: &Committed, data: &'static Object) -> Result<Committed, Refused> {
    let accepted = accept(Some(existing), &PLACED.with_data(data), &[], Status::Live)?;
    let again = accept(Some(&accepted.committed), &PLACED.with_data(data), &[], Status::Live).unwrap();
    assert_eq!(
        form(&again.committed),
        form(&accepted.committed),
        "a second time changes nothing"
    );
    assert_eq!(again.added, [""; 0]);
    let fresh = entering::object(accepted.committed.data, &|_| None);
    assert_eq!(
        fresh, accepted.committed.data,
        "put together anew, it has the same digests"
    );
    let text = write(&accepted.committed);
    let read = parse(&text).unwrap();
    assert_eq!(form(&read), form(&accepted.committed), "{text}");
    let once_more = accept(Some(&read), &PLACED.with_data(data), &[], Status::Live).unwrap();
    assert_eq!(write(&once_more.committed), text, "the same from the file");
    let loosened = compare_committed(existing, &accepted.committed, &[]);
    assert!(
        loosened.is_compatible(),
        "{}\n{}\n{text}",
        loosened.text(&[]),
        write(existing)
    );
    Ok(accepted.committed)
}

/// Whatever was accepted, step by step: everybody reads what everybody wrote.
#[test]
fn all_of_history_reads_all_of_history() {
    let (mut steps, mut refused) = (0, 0);
    for seed in 0..400 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut model = Struct::random(&mut rng, 2);
        let mut history = vec![model.object()];
        let Ok(accepted) = accept(None, &PLACED.with_data(history[0]), &[], Status::Live) else {
            continue;
        };
        let mut committed = accepted.committed;
        for _ in 0..12 {
            let mut next = model.clone();
            next.change(&mut rng);
            match step(&committed, next.object()) {
                Ok(taken) => {
                    steps += 1;
                    model = next;
                    committed = taken;
                    history.push(model.object());
                }
                Err(_) => refused += 1,
            }
        }
        for (written_at, writer) in history.iter().enumerate() {
            for (read_at, reader) in history.iter().enumerate() {
                for _ in 0..6 {
                    let value = sample(&mut rng, &Shape::Object(writer));
                    match read(&Shape::Object(reader), &value) {
                        Ok(()) => {}
                        // Announced by a warning, and only older readers see it.
                        Err(Refusal::Variant) if read_at < written_at => {}
                        Err(why) => panic!(
                            "seed {seed}: {read_at} refuses {value} of {written_at}: {why:?}\n{reader:#?}\n{}",
                            write(&committed)
                        ),
                    }
                }
            }
        }
    }
    assert!(steps > 1_000 && refused > 600, "{steps} steps, {refused} refused");
}

const fn one(field: &'static [Field]) -> Object {
    Object::new("Placed", field)
}

fn refusal(existing: &Committed, data: &'static Object) -> Rule {
    match step(existing, data) {
        Err(Refused::Breaking(report)) => report.issues()[0].rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_field_with_a_default_keeps_it() {
    const WITHOUT: Object = one(&[Field::new("a", <u8>::SHAPE)]);
    const WITH: Object = one(&sorted([
        Field::new("a", <u8>::SHAPE),
        Field::new("b", <u8>::SHAPE).with_default(""),
    ]));
    const WITHOUT_DEFAULT: Object = one(&sorted([Field::new("a", <u8>::SHAPE), Field::new("b", <u8>::SHAPE)]));
    let committed = step(&first(&WITHOUT), &WITH).unwrap();
    assert_eq!(refusal(&committed, &WITHOUT_DEFAULT), Rule::AbsenceRefused);
    // A default that came later was only a loosening, and may go again.
    let committed = step(&first(&WITHOUT_DEFAULT), &WITH).unwrap();
    step(&committed, &WITHOUT_DEFAULT).unwrap();
}

#[test]
fn a_later_default_does_not_make_absence_safe() {
    const REQUIRED: Object = one(&[Field::new("a", <u8>::SHAPE)]);
    const DEFAULT: Object = one(&[Field::new("a", <u8>::SHAPE).with_default("")]);
    const SKIPPED: Object = one(&[Field::new("a", <u8>::SHAPE).with_default("").sometimes(false)]);
    let committed = step(&first(&REQUIRED), &DEFAULT).unwrap();
    assert_eq!(refusal(&committed, &SKIPPED), Rule::AbsenceRefused);
    step(&first(&DEFAULT), &SKIPPED).unwrap();
}

#[test]
fn a_later_alias_does_not_make_its_name_safe() {
    const A: Object = one(&[Field::new("a", <u8>::SHAPE)]);
    const PREPARED: Object = one(&[Field::new("a", <u8>::SHAPE).with_reads(&["a", "b"])]);
    const RENAMED: Object = one(&[Field::new("b", <u8>::SHAPE).with_reads(&["a", "b"])]);
    let committed = step(&first(&A), &PREPARED).unwrap();
    assert_eq!(refusal(&committed, &RENAMED), Rule::FieldRenamed);
    // From the first version on, every reader knows it.
    let committed = step(&first(&PREPARED), &RENAMED).unwrap();
    assert_eq!(committed.data.fields.len(), 1);
    assert_eq!(
        (committed.data.fields[0].name, committed.data.fields[0].writes),
        ("a", &["a", "b"][..])
    );
}

#[test]
fn a_name_that_was_an_alias_is_no_other_field() {
    const NOTE: Shape = Shape::Optional(&Shape::STRING);
    const A: Object = one(&[Field::new("a", <u8>::SHAPE)]);
    const ALIAS: Object = one(&[Field::new("a", <u8>::SHAPE).with_reads(&["a", "b"])]);
    const OTHER: Object = one(&sorted([Field::new("a", <u8>::SHAPE), Field::new("b", NOTE)]));
    const WITHOUT: Object = one(&[Field::new("list", Shape::List(&Shape::Object(&A)))]);
    const WITH: Object = one(&[Field::new("list", Shape::List(&Shape::Object(&ALIAS)))]);
    const MORE: Object = one(&[Field::new("list", Shape::List(&Shape::Object(&OTHER)))]);
    for (a, alias, other, place) in [(&A, &ALIAS, &OTHER, "b"), (&WITHOUT, &WITH, &MORE, "list[].b")] {
        let committed = step(&step(&first(a), alias).unwrap(), a).unwrap();
        assert_eq!(committed.reserved, [place]);
        assert_eq!(refusal(&committed, other), Rule::NameReserved);
    }
}

#[test]
fn a_later_catch_all_does_not_make_variants_safe() {
    const fn of(variants: &'static [Variant]) -> Choice {
        Choice::new("Method", Tagging::External, variants)
    }
    const X: Choice = of(&[Variant::new("x", None)]);
    const CAUGHT: Choice = of(&[Variant::new("x", None).catch_all()]);
    const MORE: Choice = of(&[Variant::new("y", None), Variant::new("x", None).catch_all()]);
    const ONE: Object = one(&[Field::new("a", Shape::Choice(&X))]);
    const TWO: Object = one(&[Field::new("a", Shape::Choice(&CAUGHT))]);
    const THREE: Object = one(&[Field::new("a", Shape::Choice(&MORE))]);
    let widened = |existing: &Committed| {
        let accepted = accept(Some(existing), &PLACED.with_data(&THREE), &[], Status::Live).unwrap();
        accepted
            .warnings
            .issues()
            .iter()
            .any(|issue| issue.rule == Rule::ChoiceWidened)
    };
    assert!(
        widened(&step(&first(&ONE), &TWO).unwrap()),
        "the first readers have no catch-all"
    );
    assert!(!widened(&first(&TWO)), "all of them have one");
}

#[test]
fn what_is_added_to_a_live_version_may_be_absent_for_good() {
    const A: Object = one(&[Field::new("a", <u8>::SHAPE)]);
    const MORE: Object = one(&sorted([
        Field::new("a", <u8>::SHAPE),
        Field::new("b", <Option<u8>>::SHAPE),
    ]));
    let accepted = accept(Some(&first(&A)), &PLACED.with_data(&MORE), &[], Status::Live).unwrap();
    assert_eq!(accepted.added, ["b"]);
    assert_eq!(accepted.committed.data.field("b").unwrap().written, Written::Sometimes);
    assert!(write(&accepted.committed).contains("\nb = \"u8?\"\n"));
    // Written from now on, and read later: events from before do not have it.
    const UNREAD: Object = one(&sorted([
        Field::new("a", <u8>::SHAPE),
        Field::new("b", <u8>::SHAPE).never_read(),
    ]));
    const READ: Object = one(&sorted([Field::new("a", <u8>::SHAPE), Field::new("b", <u8>::SHAPE)]));
    assert_eq!(
        refusal(&step(&first(&A), &UNREAD).unwrap(), &READ),
        Rule::AbsenceRefused
    );
}

#[test]
fn a_type_that_is_used_once_more_keeps_its_table() {
    const NOTE: Field = Field::new("note", <Option<u8>>::SHAPE);
    const LINE: Object = Object::new("Line", &[Field::new("qty", <u8>::SHAPE)]);
    const LINE_WITH_NOTE: Object = Object::new("Line", &sorted([Field::new("qty", <u8>::SHAPE), NOTE]));
    const LIST: Shape = Shape::List(&Shape::Object(&LINE));
    const NEW_LIST: Shape = Shape::List(&Shape::Object(&LINE_WITH_NOTE));
    const A: Object = one(&[Field::new("lines", LIST)]);
    const B: Object = one(&[Field::new("lines", NEW_LIST)]);
    const C: Object = one(&sorted([
        Field::new("lines", NEW_LIST),
        Field::new("gifts", NEW_LIST).with_default(""),
    ]));
    let committed = step(&step(&first(&A), &B).unwrap(), &C).unwrap();
    let text = write(&committed);
    assert!(
        text.contains("gifts = \"[Line] = default\"\nlines = \"[Line]\"\n"),
        "{text}"
    );
}

#[test]
fn the_status_goes_on_and_never_back() {
    const A: Object = one(&[Field::new("a", <u8>::SHAPE)]);
    const B: Object = one(&[Field::new("b", <String>::SHAPE)]);
    let draft = accept(None, &PLACED.with_data(&A), &[], Status::Draft)
        .unwrap()
        .committed;
    assert_eq!(draft.status, Status::Draft);
    let other = accept(Some(&draft), &PLACED.with_data(&B), &[], Status::Draft).unwrap();
    assert_eq!(
        (other.committed.data.fields[0].name, other.added),
        ("b", vec!["b".to_owned()])
    );
    let live = accept(Some(&other.committed), &PLACED.with_data(&B), &[], Status::Live)
        .unwrap()
        .committed;
    assert_eq!(live.status, Status::Live);
    let still = accept(Some(&live), &PLACED.with_data(&B), &[], Status::Draft)
        .unwrap()
        .committed;
    assert_eq!(still.status, Status::Live);
    assert!(matches!(
        accept(Some(&live), &PLACED.with_data(&A), &[], Status::Draft),
        Err(Refused::Breaking(_))
    ));
    let retired = live.with_status(Status::Retired);
    let kept = accept(Some(&retired), &PLACED.with_data(&A), &[], Status::Live)
        .unwrap()
        .committed;
    assert_eq!(kept, retired);
}

#[test]
fn what_the_contract_allows_goes_and_its_name_stays_reserved() {
    use crate::Allowed;
    const A: Object = one(&[Field::new("a", <u8>::SHAPE)]);
    const AB: Object = one(&sorted([
        Field::new("a", <u8>::SHAPE),
        Field::new("note", <Option<u8>>::SHAPE),
    ]));
    const ALLOWED: [Allowed; 1] = [Allowed {
        rule: "field-removed",
        path: "note",
        reason: "was never filled",
    }];
    let committed = first(&AB);
    assert_eq!(refusal(&committed, &A), Rule::FieldRemoved);
    let allowing = committed.with_allowed(&ALLOWED);
    let without = step(&allowing, &A).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        (without.data.fields.len(), without.reserved, without.allowed),
        (1, &["note"][..], &ALLOWED[..])
    );
    assert_eq!(refusal(&without, &AB), Rule::NameReserved);
}

#[test]
fn what_cannot_be_read_back_and_what_is_anothers_is_refused() {
    const SKIPPED: Object = one(&[Field::new("a", <u8>::SHAPE).sometimes(false)]);
    const A: Object = one(&[Field::new("a", <u8>::SHAPE)]);
    let refused = accept(None, &PLACED.with_data(&SKIPPED), &[], Status::Live).unwrap_err();
    assert!(matches!(refused, Refused::NotReadBack(_)), "{refused}");
    let other = Committed::new("order.paid", Version::FIRST, &A);
    let refused = accept(Some(&other), &PLACED.with_data(&A), &[], Status::Live).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`order.placed.v1` cannot go into the contract of `order.paid.v1`"
    );
}
