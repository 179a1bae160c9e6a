//! The catalog for people, as Markdown and as HTML. The pages are left in `target/tmp`, to be looked at.

use super::shop;
use std::path::PathBuf;

fn keep(name: &str, text: &str) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(file, text).unwrap();
}

#[test]
fn every_question_has_an_answer() {
    let page = shop::service().catalog().markdown();
    keep("shop.md", &page);
    for name in shop::NAMES {
        assert!(page.contains(&format!("\n## {name}\n")), "{name}");
    }
    let part = |head: &str| {
        let from = page.find(&format!("\n## {head}\n")).unwrap();
        let rest = &page[from + 4..];
        &rest[..rest.find("\n## ").unwrap()]
    };
    let order = part("order.placed");
    for line in [
        "| owner | checkout |",
        "| published by | the service outside its handlers |",
        "| taken by | check_order |",
        "| versions | v2, v1 (read through upcasts) |",
        "| order | not needed: its handlers take it in any order |",
        "| when nobody takes it | the publisher gets an error |",
        "| `email` | `string` | always | **sensitive** |",
        "| `lines[].qty` | `u32` | always |  |",
        "| `channel` | `\"in_store\" \\| \"unknown\" \\| \"web\"` | always |  |",
        "| `payment(Transfer).iban` | `string` | always | **sensitive** |",
    ] {
        assert!(order.contains(&format!("\n{line}\n")), "{line}\n{order}");
    }
    assert!(part("mail.bounced").contains("| published by | another service |"));
    assert!(part("cart.abandoned").contains("| taken by | nobody here |"));
    assert!(part("stock.reserved").contains("| `revision` | `u32` | always | sequence |"));
    assert!(page.contains("| on replay | runs again: what it does elsewhere happens again"));
    assert!(!page.contains("<script>"), "documentation is no markup");
}

#[test]
fn the_page_is_whole_and_loads_nothing() {
    let page = shop::service().catalog().html();
    keep("shop.html", &page);
    for name in shop::NAMES {
        assert!(page.contains(&format!("id=\"event-{name}\"")), "{name}");
    }
    for outside in ["http://", "https://", "src=", "@import", "url(h", "<link"] {
        let found = page.find(outside).map(|at| &page[at..(at + 80).min(page.len())]);
        // Samples may hold addresses; nothing loads them.
        assert!(
            found.is_none_or(|text| text.starts_with("https://example.org")),
            "{found:?}"
        );
    }
    assert!(!page.contains("alert(1)</script>"), "documentation is no markup");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    let ids: Vec<_> = page
        .split("href=\"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    for id in ids {
        assert!(page.contains(&format!("id=\"{id}\"")), "#{id} leads nowhere");
    }
    for tag in ["article", "section", "details", "table", "svg", "dl", "main", "nav"] {
        let count = |text: &str| page.matches(text).count();
        let open = count(&format!("<{tag}>")) + count(&format!("<{tag} "));
        assert_eq!(open, count(&format!("</{tag}>")), "{tag}");
    }
}

#[test]
fn an_event_without_a_contract_file_is_said_to_have_none() {
    let recorded = event_runtime::catalog::Recorded::default();
    let page = shop::service().catalog().with_recorded(&recorded).markdown();
    assert!(page.contains("| versions | v1 (no contract file) |"), "{page}");
}
