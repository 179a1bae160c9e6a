//! Two branches change one contract, and git merges them, with and without `merge=union`.

use event_contract::{Absent, Shape, file};
use event_tests::TempDir;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const BASE: &str = r#"# Event contract, written by `cargo event contract accept`. Review it like code: sorted, one fact per line.
format = 1
event = "order.placed"
version = 1
type = "order.placed.v1"
status = "live"

[data]
unknown_fields = "ignored"

[data.fields]
channel = "string"
customer_id = "uuid"
lines = "[Line]"
payment = "Payment"
total_cents = "i64"

[types]
Line.kind = "object"
Line.fields.qty = "u32"
Line.fields.sku = "string"

Payment.kind = "union"
Payment.tag = "method"
Payment.variants.card.last4 = "string"
Payment.variants.transfer.iban = "string"

[reserved]
fields = [
    "discount",
]
"#;

/// A repository with the contract in it.
struct Repository {
    dir: TempDir,
}

impl Repository {
    fn new(union: bool) -> Self {
        let repository = Self {
            dir: TempDir::new("contract-merge"),
        };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        if union {
            repository.dir.write(".gitattributes", "contract.toml merge=union\n");
        }
        repository.commit(BASE);
        repository
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("contract.toml")
    }

    fn git(&self, arguments: &[&str]) -> bool {
        let identity = [
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.com",
            "-c",
            "commit.gpgsign=false",
        ];
        let output = Command::new("git")
            .current_dir(self.dir.path())
            .args(identity)
            .args(arguments)
            .output()
            .unwrap_or_else(|error| panic!("this test needs git: {error}"));
        output.status.success()
    }

    fn commit(&self, text: &str) {
        fs::write(self.file(), text).unwrap();
        assert!(self.git(&["add", "."]) && self.git(&["commit", "--quiet", "--message", "change"]));
    }

    /// What becomes of the file when two branches have changed it; `None` when git leaves a conflict.
    fn merged(self, ours: &str, theirs: &str) -> (bool, String) {
        assert!(self.git(&["checkout", "--quiet", "-b", "theirs"]));
        self.commit(theirs);
        assert!(self.git(&["checkout", "--quiet", "main"]));
        self.commit(ours);
        let clean = self.git(&["merge", "--quiet", "--no-edit", "theirs"]);
        (clean, fs::read_to_string(self.file()).unwrap())
    }
}

/// The contract with lines put in front of another one.
fn with(lines: &str, before: &str) -> String {
    assert!(BASE.contains(before), "{before}");
    BASE.replacen(before, &format!("{lines}{before}"), 1)
}

fn is_canonical(text: &str) -> bool {
    file::write(&file::parse(text).unwrap()) == text
}

#[test]
fn fields_at_different_places() {
    for union in [false, true] {
        let ours = with("coupon = \"string?\"\n", "customer_id");
        let theirs = with("note = \"string?\"\n", "payment");
        assert!(is_canonical(&ours) && is_canonical(&theirs));
        let (clean, text) = Repository::new(union).merged(&ours, &theirs);
        assert!(clean && is_canonical(&text), "{text}");
        let contract = file::parse(&text).unwrap();
        let names = ["coupon", "note"].map(|name| contract.data.field(name).unwrap().absent);
        assert_eq!((names, contract.data.fields.len()), ([Absent::Accepted; 2], 7));
    }
}

#[test]
fn fields_at_the_same_place() {
    let one = with("coupon = \"string?\"\n", "customer_id");
    let two = with("courier = \"string?\"\n", "customer_id");
    for (ours, theirs) in [(&one, &two), (&two, &one)] {
        let (clean, text) = Repository::new(false).merged(ours, theirs);
        assert!(!clean, "git lets nobody miss it");
        let error = file::parse(&text).unwrap_err();
        assert!(
            error.message.starts_with("a merge conflict is left in the file"),
            "{error}"
        );

        let (clean, text) = Repository::new(true).merged(ours, theirs);
        let contract = file::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(clean && contract.data.field("coupon").is_some() && contract.data.field("courier").is_some());
        assert_eq!(contract.data.fields.len(), 7);
        let both = with("coupon = \"string?\"\ncourier = \"string?\"\n", "customer_id");
        assert_eq!(file::write(&contract), both, "written again, it is in order");
    }
}

#[test]
fn types_variants_and_reserved_names_at_the_same_place() {
    let change = |field: &str, handle: &str, variant: &str, reserved: &str| {
        let table = format!("{handle}.kind = \"object\"\n{handle}.fields.code = \"string\"\n\n");
        let variant = format!("Payment.variants.{variant}.code = \"string\"\n");
        let text = with(&format!("{field} = \"{handle}?\"\n"), "customer_id");
        let text = text.replacen("Line.kind", &format!("{table}Line.kind"), 1);
        let last = "Payment.variants.transfer";
        let text = text.replacen(last, &format!("{variant}{last}"), 1);
        text.replacen(
            "    \"discount\",\n",
            &format!("    \"discount\",\n    \"{reserved}\",\n"),
            1,
        )
    };
    let ours = change("coupon", "Coupon", "cheque", "rebate");
    let theirs = change("courier", "Courier", "coins", "voucher");
    assert!(is_canonical(&ours) && is_canonical(&theirs));
    let (clean, text) = Repository::new(true).merged(&ours, &theirs);
    let contract = file::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(clean);
    assert_eq!(contract.reserved, ["discount", "rebate", "voucher"]);
    for name in ["coupon", "courier"] {
        let Shape::Optional(Shape::Object(object)) = contract.data.field(name).unwrap().shape else {
            panic!("{text}")
        };
        assert_eq!(object.fields.len(), 1, "{text}");
    }
    let Shape::Choice(payment) = contract.data.field("payment").unwrap().shape else {
        panic!("{text}")
    };
    let mut variants: Vec<(&str, usize)> = payment
        .variants
        .iter()
        .map(|variant| (variant.name, variant.fields().len()))
        .collect();
    variants.sort_unstable();
    assert_eq!(
        variants,
        [("card", 1), ("cheque", 1), ("coins", 1), ("transfer", 1)],
        "{text}"
    );
}

/// What both branches say differently is not decided by `union`, it is refused with both lines.
#[test]
fn one_fact_in_two_ways() {
    let ours = with("coupon = \"string?\"\n", "customer_id");
    let theirs = with("coupon = \"u32?\"\n", "customer_id");
    let (clean, text) = Repository::new(true).merged(&ours, &theirs);
    assert!(clean);
    let error = file::parse(&text).unwrap_err().to_string();
    assert_eq!(
        error,
        "line 14: `coupon` stands there twice, first on line 13; remove one"
    );
}
