use super::entering;
use super::envelope::{Envelope, names};
use super::grammar::leak;
use crate::{Choice, Shape, Variant};

impl Envelope {
    pub(super) fn choice(&mut self, old: &Choice, new: &Choice) -> &'static Choice {
        let mut variants: Vec<Variant> = Vec::new();
        for variant in old.variants {
            let place = format!("({})", variant.name);
            match reader_of(variant.name, new) {
                Some(own) => {
                    self.only_newer(names(own.reads, &own.name), variant, old);
                    variants.push(self.step(&place, |this| this.variant(variant, own)));
                }
                // Gone, which the contract allows.
                None => self.step(&place, Self::reserve),
            }
        }
        for own in new
            .variants
            .iter()
            .filter(|own| old.variants.iter().all(|variant| variant.name != own.name))
        {
            let variant = self.step(&format!("({})", own.name), |this| {
                this.add();
                entering::variant(own, &|shape| this.known(shape))
            });
            variants.push(Variant {
                // The contract reads it already, as an alias; now it is written as well.
                never_read: variant.never_read || reader_of(own.name, old).is_some(),
                // Readers from before do not have it, so it catches nothing for them.
                catch_all: false,
                ..variant
            });
        }
        variants.sort_by_key(|variant| variant.hash);
        let choice = Choice::new(old.name, new.tagging, variants.leak());
        leak(if old.open || new.open { choice.open() } else { choice })
    }

    /// Names that only newer readers know are safe for nothing.
    fn only_newer(&mut self, own: &[&str], variant: &Variant, old: &Choice) {
        let known = names(variant.reads, &variant.name);
        for name in own
            .iter()
            .filter(|name| !known.contains(name) && old.variants.iter().all(|old| old.name != **name))
        {
            self.step(&format!("({name})"), Self::reserve);
        }
    }

    fn variant(&mut self, old: &Variant, own: &Variant) -> Variant {
        let reads = names(old.reads, &old.name).iter().copied();
        let reads = reads
            .filter(|name| names(own.reads, &own.name).contains(name))
            .collect();
        Variant {
            hash: old.hash,
            name: old.name,
            content: self.content(old.content, own.content),
            reads: entering::sorted(reads, old.name),
            catch_all: old.catch_all && own.catch_all,
            never_written: old.never_written && (own.never_written || own.name != old.name),
            never_read: old.never_read || own.never_read,
        }
    }

    /// Beside a tag, no content and one whose fields may all be absent are compatible.
    fn content(&mut self, old: Option<Shape>, own: Option<Shape>) -> Option<Shape> {
        match (old, own) {
            (None, None) => None,
            (Some(old), Some(own)) => Some(self.shape(&old, &own)),
            (None, Some(Shape::Object(own))) => Some(self.fields(None, Some(own))),
            (Some(Shape::Object(old)), None) => Some(self.fields(Some(old), None)),
            (None, Some(own)) => Some(entering::shape(&own, &|shape| self.known(shape))),
            (Some(old), None) => Some(old),
        }
    }
}

/// The variant that is read under this name: the one that has it as its own, or else as an alias.
fn reader_of(name: &str, choice: &Choice) -> Option<&'static Variant> {
    let own = choice.variants.iter().find(|variant| variant.name == name);
    own.or_else(|| choice.variants.iter().find(|variant| variant.reads.contains(&name)))
}
